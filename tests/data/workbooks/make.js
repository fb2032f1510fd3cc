// The kinds that only SheetJS writes, from ledger.xlsx with a hidden row.
const XLSX = require("xlsx");
const book = XLSX.readFile("ledger.xlsx", { cellNF: true, cellDates: false });
book.Sheets.March["!rows"] = [{}, {}, { hidden: true }];
book.Sheets.March.F4.z = '0.00" Cr"';
XLSX.writeFile(book, "ledger.xlsb", { bookType: "xlsb" });
XLSX.writeFile(book, "ledger-2003.xml", { bookType: "xlml" });
XLSX.writeFile(book, "ledger-html.xls", { bookType: "html" });
XLSX.writeFile(book, "ledger-biff5.xls", { bookType: "biff5" });
