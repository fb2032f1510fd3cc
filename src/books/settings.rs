//! Every setting of `crossfoot.toml`, in one list: what it means, and its default. The
//! reader knows no other keys, `crossfoot init` writes its file from here.

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Section and key, `upstream.base_url`.
    pub path: &'static str,
    /// The default, as TOML; empty where there is none.
    pub default: &'static str,
    /// What it means, a line or two.
    pub doc: &'static str,
}

/// The section whose keys are account names of the user's own.
pub const ACCOUNTS: &str = "ledger.accounts";
/// The table of voucher types, whose keys are the user's own as well.
pub const VOUCHER_TYPES: &str = "ledger.voucher_types";

/// All settings, in reading order.
pub const SETTINGS: &[Setting] = &[
    Setting {
        path: "upstream.base_url",
        default: "\"https://api.vobiz.ai/api/v1/partner\"",
        doc: "The partner API. https is required unless the host is this machine. Another host than the\npartner's must be confirmed: crossfoot trust.",
    },
    Setting {
        path: "upstream.auth_id_env",
        default: "\"VOBIZ_AUTH_ID\"",
        doc: "The NAME of the environment variable that holds the partner id.",
    },
    Setting {
        path: "upstream.auth_token_env",
        default: "\"VOBIZ_AUTH_TOKEN\"",
        doc: "The NAME of the environment variable that holds the secret token. Names that do not begin with\nVOBIZ_ or CROSSFOOT_ must be confirmed: crossfoot trust.",
    },
    Setting {
        path: "upstream.auth_token_file",
        default: "",
        doc: "Or: a file that holds the token and that only you can read. Never in git.",
    },
    Setting { path: "upstream.timeout_seconds", default: "30", doc: "How long one request may take." },
    Setting {
        path: "upstream.max_attempts",
        default: "5",
        doc: "How often a request is tried on 408, 429, 5xx and transport errors.",
    },
    Setting {
        path: "upstream.max_wait_seconds",
        default: "60",
        doc: "The longest wait between two attempts, whatever Retry-After asks for.",
    },
    Setting {
        path: "upstream.deadline_seconds",
        default: "7200",
        doc: "How long a whole capture may take. What has arrived by then is kept, and the next\nfetch continues from there.",
    },
    Setting { path: "upstream.concurrency", default: "8", doc: "Requests under way at a time." },
    Setting {
        path: "upstream.requests_per_second",
        default: "100",
        doc: "The pace, below the partner's limit. Many 429 answers slow it down by themselves.",
    },
    Setting {
        path: "upstream.matrix",
        default: "\"auto\"",
        doc: "Where each customer's own figures come from: \"top-customers\" (the analytics' list\nalone), \"cdr-summary\" (one request a customer and direction), \"cdr-rows\" (every\ncall), or \"auto\": the list where it is complete, else \"cdr-summary\".",
    },
    Setting {
        path: "upstream.timezone",
        default: "\"UTC\"",
        doc: "The time zone in which the partner's days begin. It documents none; its ledger\ncounts in UTC.",
    },
    Setting {
        path: "upstream.mask_numbers",
        default: "true",
        doc: "Phone numbers and e-mail addresses of people are masked before a capture reaches\nthe disk.",
    },
    Setting {
        path: "upstream.transactions",
        default: "false",
        doc: "Capture the partner's ledger as well: rental, recording and other debits that are\nnot calls.",
    },
    Setting {
        path: "calendar.timezone",
        default: "\"Asia/Kolkata\"",
        doc: "The time zone of the books: where a billing day begins.",
    },
    Setting {
        path: "books.currency",
        default: "\"INR\"",
        doc: "The currency of ledger rows that do not state one, by ISO 4217.",
    },
    Setting {
        path: "ledger.path",
        default: "\"ledgers/{period}.csv\"",
        doc: "The ledger of a period; {period} is the period as given. A * in the file's name\nstands for any text: all files that fit are read, as for a file a branch.",
    },
    Setting {
        path: "ledger.format",
        default: "\"canonical\"",
        doc: "How the ledger reads: \"canonical\", \"auto\" to recognise it, or a format's name:\none that ships, or a file in ledgers/formats/.",
    },
    Setting {
        path: "ledger.sheet",
        default: "",
        doc: "The sheet of a workbook, where more than one could be the ledger.",
    },
    Setting {
        path: "ledger.date_order",
        default: "",
        doc: "\"dmy\", \"mdy\" or \"ymd\" (of two-digit years), for exports whose dates read both ways.",
    },
    Setting {
        path: "ledger.basis",
        default: "\"cost\"",
        doc: "Which price of calls the ledger states: \"cost\", what the partner charges, or \"selling\",\nthat at each customer's rates and mark-up. The column ledger_basis of customers.csv says it of\none customer.",
    },
    Setting {
        path: "ledger.basis_inbound",
        default: "",
        doc: "The same of the accounts of inbound calls, where they differ.",
    },
    Setting { path: "ledger.basis_outbound", default: "", doc: "The same of the accounts of outbound calls." },
    Setting {
        path: "calls.ledger",
        default: "",
        doc: "A ledger or rating file with a row a call, for `crossfoot calls`; {period} is the\nperiod as given. Default: [ledger] path.",
    },
    Setting {
        path: "calls.columns",
        default: "",
        doc: "Its columns that have names of their own: \"cost=Betrag; start=Beginn\". The words\nare id, from, to, start, time, billsec, duration, minutes, cost, streaming, account,\ndirection and currency.",
    },
    Setting {
        path: "calls.timezone",
        default: "",
        doc: "Where its times without an offset are. Default: [calendar] timezone.",
    },
    Setting {
        path: "calls.start_seconds",
        default: "2",
        doc: "Calls without a common id are one if their starts are no further apart, and their\nnumbers and durations are the same.",
    },
    Setting {
        path: "calls.duration_seconds",
        default: "1",
        doc: "And their durations; one that is the other rounded up to 6, 15, 30 or 60 s is the\nsame.",
    },
    Setting {
        path: "reconcile.tolerance",
        default: "\"0.00\"",
        doc: "Absolute, per customer and per direction. What it lets pass is printed.",
    },
    Setting {
        path: "reconcile.tolerance_percent",
        default: "\"0\"",
        doc: "Or up to so many per cent of the partner's figure.",
    },
    Setting {
        path: "reconcile.tolerance_total",
        default: "",
        doc: "All that is let pass, added up without signs, at most; beyond it everybody\nconcerned is held.",
    },
    Setting {
        path: "reconcile.unlisted",
        default: "\"bill\"",
        doc: "Customers whom the partner does not list: \"bill\" them from the ledger while\nthe remainder agrees to the last digit, or \"hold\" them.",
    },
    Setting {
        path: "reconcile.recheck",
        default: "true",
        doc: "When a period is captured for its close, ask the partner again for the last closed\nperiod, and report what has changed there.",
    },
    Setting {
        path: "invoice.number_format",
        default: "\"CF/{fy}/{seq:05}\"",
        doc: "{fy} is the financial year, {seq:05} counts up without gaps. At most 16\ncharacters of A-Z a-z 0-9 - / (CGST Rule 46).",
    },
    Setting {
        path: "invoice.date",
        default: "\"close\"",
        doc: "\"close\" dates documents on the day of their close, or the day of `close --date`;\n\"period-end\" dates invoices on the period's last day where the close is in the 30\ndays after it, and never notes.",
    },
    Setting {
        path: "invoice.unusual_percent",
        default: "\"50\"",
        doc: "A customer's total that moved so far against the last closed period is shown by\n`close --draft` and asked about before it is issued.",
    },
    Setting {
        path: "invoice.template",
        default: "\"classic\"",
        doc: "How invoices look: a file in templates/invoice/, the books' own first.",
    },
    Setting {
        path: "invoice.credit_note_format",
        default: "\"CN/{fy}/{seq:05}\"",
        doc: "Numbers of credit notes, which correct issued invoices downwards: a series of\ntheir own (CGST Rule 53).",
    },
    Setting {
        path: "invoice.debit_note_format",
        default: "\"DN/{fy}/{seq:05}\"",
        doc: "Numbers of debit notes, which correct them upwards.",
    },
    Setting {
        path: "invoice.late_credit_note",
        default: "\"hold\"",
        doc: "GST: a credit note after 30 November that follows the financial year of the supply\ncannot reduce tax (section 34(2)): \"hold\" it, or issue it \"without-tax\".",
    },
    Setting {
        path: "invoice.einvoice",
        default: "\"where-possible\"",
        doc: "GST: \"required\" where turnover asks for e-invoices (CGST Rule 48(4)): a document to a\nregistered buyer, a special economic zone or abroad is issued only if it has INV-01, and\nmailed only with its IRN. \"where-possible\" writes INV-01 and asks for nothing.",
    },
    Setting {
        path: "invoice.regime",
        default: "\"none\"",
        doc: "Tax regime: \"none\", \"gst\" (India: CGST, SGST, UTGST, IGST by the place of supply;\n[seller] gstin is needed), or \"vat\" (one rate on everything).",
    },
    Setting {
        path: "invoice.sac",
        default: "\"998423\"",
        doc: "GST: the service accounting code of calls. 998423 is telephony over the internet,\n998412 fixed and 998413 mobile telephony.",
    },
    Setting {
        path: "invoice.reverse_charge",
        default: "false",
        doc: "GST: true where registered buyers owe the tax, as far as reverse_charge of customers.csv\ndoes not say it; never buyers abroad, in special economic zones or without registration.\nPrinted either way (Rule 46(p)).",
    },
    Setting {
        path: "invoice.declaration",
        default: "false",
        doc: "GST: true prints the declaration of Rule 46(s): turnover is above the e-invoice\nlimit, and you need not report invoices all the same.",
    },
    Setting {
        path: "invoice.lut",
        default: "",
        doc: "GST: reference (ARN) of your letter of undertaking, for supplies without tax.",
    },
    Setting { path: "invoice.vat_name", default: "\"VAT\"", doc: "VAT: what the tax is called." },
    Setting { path: "invoice.vat_rate", default: "", doc: "VAT: the rate in per cent, such as \"20\"." },
    Setting {
        path: "invoice.round_total",
        default: "\"auto\"",
        doc: "\"whole\" rounds the total to the whole rupee by a round-off line of its own, \"none\"\ndoes not; \"auto\" is whole for GST in rupees and none otherwise.",
    },
    Setting { path: "invoice.due_days", default: "15", doc: "Days after the date of issue by which to pay." },
    Setting { path: "invoice.terms", default: "", doc: "Terms of payment in your own words." },
    Setting {
        path: "invoice.rentals",
        default: "\"ignore\"",
        doc: "\"bill\" passes on what the partner's ledger charges beside calls (rentals), where\n[upstream] transactions captures it; \"ignore\" leaves it to charges.csv.",
    },
    Setting {
        path: "invoice.exchange_days",
        default: "7",
        doc: "How many days before the date of the document a rate of rates.csv may be of, for charges\nin another currency: 7 for a daily rate with its holidays, 31 for a monthly one.",
    },
    Setting {
        path: "invoice.usage_annex",
        default: "\"none\"",
        doc: "\"daily\" prints calls, minutes and amount of each day and direction on the invoice's last\npages, where [upstream] matrix = \"cdr-rows\" captures every call; \"none\" does not.",
    },
    Setting {
        path: "invoice.call_list",
        default: "true",
        doc: "Where every call was captured, writes usage/<number>.csv beside the invoices: its calls,\nwhich add up to its lines. Numbers are masked as [upstream] mask_numbers says.",
    },
    Setting {
        path: "invoice.answer_rate",
        default: "false",
        doc: "true prints on the lines how many calls were answered and how many failed.",
    },
    Setting { path: "seller.legal_name", default: "", doc: "Who issues the invoices: printed on every one." },
    Setting { path: "seller.address", default: "", doc: "Address, lines separated by \\n." },
    Setting {
        path: "seller.city",
        default: "",
        doc: "City and postal code by themselves: structured invoices need them, and a tax invoice\nneeds the PIN, here or in the address.",
    },
    Setting { path: "seller.pin", default: "", doc: "Postal code." },
    Setting { path: "seller.country", default: "\"IN\"", doc: "Country, ISO 3166-1 alpha-2." },
    Setting {
        path: "seller.state_code",
        default: "",
        doc: "Two-digit GST state code; the GSTIN's where it is left out.",
    },
    Setting { path: "seller.gstin", default: "", doc: "GSTIN of the seller, or another country's VAT number." },
    Setting { path: "seller.email", default: "", doc: "Where customers write to about an invoice." },
    Setting {
        path: "seller.cin",
        default: "",
        doc: "Corporate identity number (a company: printed on every invoice by the Companies Act,\nsection 12(3)(c)), or an LLP's LLPIN.",
    },
    Setting { path: "seller.pan", default: "", doc: "Permanent account number." },
    Setting { path: "seller.udyam", default: "", doc: "UDYAM registration of a micro, small or medium enterprise." },
    Setting {
        path: "seller.phone",
        default: "",
        doc: "Telephone, and website: the same section asks a company for them where it has them.",
    },
    Setting { path: "seller.website", default: "", doc: "Website." },
    Setting {
        path: "seller.logo",
        default: "",
        doc: "Your logo: a PNG or SVG file in the books, such as templates/logo.png.",
    },
    Setting { path: "seller.account_name", default: "", doc: "Account holder, where it is not you." },
    Setting { path: "seller.account_number", default: "", doc: "Account to pay to: number or IBAN." },
    Setting { path: "seller.bank", default: "", doc: "Name of the bank." },
    Setting { path: "seller.bank_code", default: "", doc: "IFSC or BIC." },
    Setting { path: "seller.upi", default: "", doc: "UPI id: printed with a payment QR." },
    Setting {
        path: "mail.from",
        default: "",
        doc: "Sender of the invoices, such as \"Accounts <billing@example.com>\"; [seller] email\nwhere it is left out.",
    },
    Setting { path: "mail.reply_to", default: "", doc: "Where answers go, if not to the sender." },
    Setting { path: "mail.cc", default: "", doc: "Each invoice also goes there: addresses separated by semicolons." },
    Setting {
        path: "mail.smtp_host",
        default: "",
        doc: "The mail server. Where it gets a password and is another machine, it must be confirmed:\ncrossfoot trust.",
    },
    Setting { path: "mail.smtp_port", default: "587", doc: "Its port: 587 for STARTTLS, 465 for TLS from the start." },
    Setting {
        path: "mail.tls",
        default: "\"starttls\"",
        doc: "\"starttls\" or \"tls\"; both refuse to go on without. \"none\" for a server on this\nmachine only.",
    },
    Setting {
        path: "mail.ca_file",
        default: "",
        doc: "A certificate (PEM) to trust beside the public ones: a mail server of your own.",
    },
    Setting { path: "mail.user", default: "", doc: "Whom to log in as; empty for no login." },
    Setting {
        path: "mail.password_env",
        default: "\"CROSSFOOT_SMTP_PASSWORD\"",
        doc: "The NAME of the environment variable that holds the password.",
    },
    Setting {
        path: "mail.password_file",
        default: "",
        doc: "Or: a file that holds the password and that only you can read. Never in git.",
    },
    Setting {
        path: "mail.attach_calls",
        default: "false",
        doc: "true attaches the list of calls (usage/<number>.csv) to the mail of its invoice.",
    },
    Setting {
        path: "mail.chain_head",
        default: "false",
        doc: "true writes into each mail which line of the audit trail sealed the document, with its\nSHA-256: whoever has the mail can hold it against the trail later.",
    },
    Setting { path: "mail.timeout_seconds", default: "60", doc: "How long the server may take to answer." },
    Setting {
        path: "mail.max_attempts",
        default: "3",
        doc: "How often an invoice is tried that the server puts off (4xx) or a connection that\nfails; never one whose fate is unknown.",
    },
    Setting { path: "mail.retry_seconds", default: "10", doc: "The wait between two attempts." },
    Setting {
        path: "audit.signing_key",
        default: "",
        doc: "An SSH key (ed25519, or one in hardware) that signs each seal: the private key outside the\nbooks, from ~/ or by its whole path, or the .pub of one that an agent holds. Who holds it\nstands in audit/allowed_signers. The variable CROSSFOOT_SIGNING_KEY comes first.",
    },
    Setting {
        path: "audit.signatures",
        default: "\"optional\"",
        doc: "`required`: nothing is sealed without a signature, and a seal without one does not verify\nonce a seal was signed.",
    },
    Setting {
        path: "audit.approvals",
        default: "1",
        doc: "2: `close` only proposes, with the preparer's signature, and `crossfoot approve` of somebody\nelse seals.",
    },
    Setting {
        path: "audit.approve_above",
        default: "\"\"",
        doc: "Decisions about more money than this, and those not to bill a customer, need a second person\nin the same way.",
    },
    Setting {
        path: "audit.record",
        default: "\"auto\"",
        doc: "Whether each user's own record of the chain, outside the books, finds a restored backup before a\nnumber is used again: true, false, or \"auto\": where seals are signed.",
    },
    Setting {
        path: "audit.timestamp_url",
        default: "",
        doc: "A time stamp authority (RFC 3161), by its http or https address: after a close it is sent\nthe digest of the chain's last line, and its stamp is kept as audit/seals/N.tsr.",
    },
    Setting {
        path: "audit.timestamp_ca",
        default: "\"audit/timestamp_ca.pem\"",
        doc: "Certificates of the authority's issuers (PEM) that its stamps are checked by: in the books,\nwhere they go with them, or from ~/ or by a whole path.",
    },
    Setting {
        path: "git.commit",
        default: "false",
        doc: "true commits the books to git after a close or a sending, and tags a close;\nsigned where git is set up so.",
    },
];
