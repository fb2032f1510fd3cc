"""Recomputes invoices from their .json alone, and their INV-01 from NIC's arithmetic, in
decimals, with nothing of ours: check_invoices.py FOLDER"""
import csv
import json
import pathlib
import sys
from decimal import ROUND_HALF_UP, Decimal as D

from gst_einvoice.schema import Invoice
from gst_einvoice.validators import validate_invoice
from num2words import num2words
from stdnum.in_ import gstin


def paise(amount):
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def exact(line):
    pricing = line.get("pricing")
    if not pricing:
        return D(line["exact"])
    by = pricing["by"]
    if by == "markup":
        return D(pricing["base"]) * (1 + D(pricing["percent"]) / 100)
    if by == "rate":
        return D(pricing["quantity"]) * D(pricing["price"])
    if by == "share":
        return D(pricing["base"]) * D(pricing["percent"]) / 100
    if by == "part":
        return paise(D(pricing["of"]) * pricing["days"] / pricing["whole"])
    if by == "exchange":
        return D(pricing["amount"]) * D(pricing["rate"])
    return D(pricing["minimum"]) - D(pricing["have"])


# Digits of the minor unit.
MINOR = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}


def check_exchange(line, invoice, published):
    """The amount in another currency, and its rate: the last one until the day of the document."""
    pricing = line["pricing"]
    unit = D(1).scaleb(-MINOR[pricing["currency"]])
    amount, of = D(pricing["amount"]), pricing.get("of")
    if of and of["by"] == "part":
        stated = D(of["of"]) * of["days"] / of["whole"]
    elif of:
        stated = exact({"pricing": of})
    else:
        stated = amount
    assert abs(amount) == abs(stated).quantize(unit, ROUND_HALF_UP), line
    rate = (pricing["date"], D(pricing["rate"]), pricing["source"])
    day = invoice["original"]["issue_date"] if invoice["original"] else invoice["issue_date"]
    own = [(r["date"], D(r["rate"]), r["source"]) for r in published if r["currency"] == pricing["currency"]]
    assert rate == max(r for r in own if r[0] <= day), line
    assert invoice["buyer"]["country"] != invoice["seller"]["country"]


def check(invoice):
    taxes = {}
    for line in invoice["lines"]:
        assert exact(line) == D(line["exact"]), line
        assert paise(D(line["exact"])) == D(line["amount"]), line
        assert D(line["amount"]) - D(line["exact"]) == D(line["rounding"])
        for tax in line["taxes"]:
            # GST is rounded line by line, any other tax on all lines together.
            if invoice["supply"]:
                assert paise(D(line["amount"]) * D(tax["rate"]) / 100) == D(tax["amount"]), line
            sums = taxes.setdefault((tax["kind"], D(tax["rate"])), [D(0), D(0)])
            sums[0] += D(line["amount"])
            sums[1] += D(tax["amount"])
    stated = {(t["kind"], D(t["rate"])): [D(t["base"]), D(t["amount"])] for t in invoice["taxes"]}
    assert stated == taxes
    if not invoice["supply"]:
        assert all(paise(base * rate / 100) == amount for (_, rate), (base, amount) in taxes.items())
    subtotal = sum(D(line["amount"]) for line in invoice["lines"])
    assert subtotal == D(invoice["subtotal"])
    before = subtotal + sum(amount for _, amount in taxes.values())
    total = D(invoice["total"])
    assert total == before.quantize(D(1), ROUND_HALF_UP)
    assert D(invoice["round_off"]) == total - before
    words = num2words(total, lang="en_IN", to="currency", currency="INR").lower()
    ours = invoice["amount_in_words"].lower().removeprefix("rupees ").removesuffix(" only")
    plain = lambda text: text.replace(",", "").replace("-", " ").replace(" and ", " ").replace("rupees", "").split()
    assert plain(words.replace("zero paise", "")) == plain(ours), (words, ours)
    kinds = {t["kind"]: D(t["amount"]) for t in invoice["taxes"]}
    if "CGST" in kinds:
        assert kinds["CGST"] == kinds.get("SGST", kinds.get("UTGST"))
    for party in ("seller", "buyer"):
        number = invoice[party]["gstin"]
        assert not number or gstin.is_valid(number)


def check_usage(path, invoice):
    """The annex's days, and the list of calls, are the lines to the paisa; how many of both."""
    days = 0
    for line in invoice["lines"]:
        shares = [D(day["amount"]) for day in line.get("days", [])]
        days += len(shares)
        assert not shares or abs(D(line["amount"]) - sum(shares)) * 2 <= D("0.01") * (len(shares) + 1), line
    if "call_list" not in invoice:
        return days, 0
    with open(path.parent.parent / "usage" / (path.stem + ".csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    for line in (line for line in invoice["lines"] if line["charge"] == "usage"):
        assert sum(D(row["amount"]) for row in rows if row["direction"] == line["direction"]) == D(line["amount"]), path
    calls = [row for row in rows if row["call_id"] != "rounding"]
    assert len(calls) == invoice["call_list"]["calls"]
    assert not any(cell[:1] in tuple("=+-@") and cell for row in calls for cell in row.values())
    return days, len(calls)


def check_inv01(path, invoice):
    document = json.loads(path.read_text(), parse_float=D)
    values = document["ValDtls"]
    foreign = [line["pricing"] for line in invoice["lines"] if (line.get("pricing") or {}).get("by") == "exchange"]
    currencies = {pricing["currency"] for pricing in foreign}
    named = document.get("ExpDtls")
    assert named == ({"ForCur": currencies.pop(), "CntCode": invoice["buyer"]["country"]} if len(currencies) == 1 else None)
    if "TotInvValFc" in values:
        assert len(foreign) == len(invoice["lines"])
        assert values["TotInvValFc"] == sum(D(pricing["amount"]) for pricing in foreign)
    for item in document["ItemList"]:
        assert item["AssAmt"] == item["TotAmt"] - item["Discount"]
        assert item["TotItemVal"] == item["AssAmt"] + item["IgstAmt"] + item["CgstAmt"] + item["SgstAmt"]
        tax = item["AssAmt"] * D(item["GstRt"]) / 100
        assert abs(item["IgstAmt"] + item["CgstAmt"] + item["SgstAmt"] - tax) < D("0.05")
    for key, of in (("AssVal", "AssAmt"), ("IgstVal", "IgstAmt"), ("CgstVal", "CgstAmt"), ("SgstVal", "SgstAmt")):
        assert values[key] == sum(item[of] for item in document["ItemList"]), key
    items = sum(item["TotItemVal"] for item in document["ItemList"])
    assert values["TotInvVal"] == items + values["RndOffAmt"] == D(invoice["total"])
    for party in ("SellerDtls", "BuyerDtls"):
        number = document[party]["Gstin"]
        assert number == "URP" or number[:2] == document[party]["Stcd"]
    # This tool knows no references and no other currency; the schema does.
    narrow = json.loads(path.read_text())
    del narrow["RefDtls"]
    narrow.pop("ExpDtls", None)
    narrow["ValDtls"].pop("TotInvValFc", None)
    result = validate_invoice(Invoice(**narrow))
    errors = getattr(result, "errors", None) or (result.get("errors") if isinstance(result, dict) else None)
    assert not errors, (path.name, errors)


folder = pathlib.Path(sys.argv[1])
rates = folder.parent / "inputs/rates.csv"
published = list(csv.DictReader(rates.open(newline=""))) if rates.exists() else []
count = forms = days = calls = foreign = 0
for path in sorted(folder.glob("*.json")):
    if path.name.endswith(".inv01.json"):
        continue
    invoice = json.loads(path.read_text())
    check(invoice)
    for line in invoice["lines"]:
        if (line.get("pricing") or {}).get("by") == "exchange":
            check_exchange(line, invoice, published)
            foreign += 1
    more = check_usage(path, invoice)
    days, calls = days + more[0], calls + more[1]
    count += 1
    inv01 = folder / (path.stem + ".inv01.json")
    assert inv01.exists() == (invoice["structured"]["inv-01"] is None), path.name
    if inv01.exists():
        check_inv01(inv01, invoice)
        forms += 1
assert count and forms
# The checks themselves must be able to fail.
for key in ("total", "subtotal"):
    broken = dict(invoice)
    broken[key] = str(D(broken[key]) + D("0.01"))
    try:
        check(broken)
    except AssertionError:
        continue
    sys.exit(f"a wrong {key} was not noticed")
print(f"{count} invoices recomputed, {forms} INV-01, {days} days and {calls} calls, {foreign} lines in another currency")
