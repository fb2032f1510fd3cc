"""Customers with 1 to 400 random charges each, and two that broke line-by-line tax once:
random_charges.py SEED CUSTOMERS_CSV CHARGES_CSV appends to the two files."""
import csv
import random
import sys

seed, customers, charges = sys.argv[1:]
dice = random.Random(int(seed))
counts = [1, 2, 3, 10, 50, 115, 200, 300, 399, 400] + [dice.randint(1, 400) for _ in range(6)]
with open(customers) as file:
    header = next(csv.reader(file))
with open(charges) as file:
    columns = next(csv.reader(file))
place = {"address": "1 Long Road", "city": "Mumbai", "state": "Maharashtra", "pin": "400001", "country": "India", "state_code": "27"}
if "gstin" not in header or "DE" in open(customers).read():
    place = {"address": "Weg 1", "city": "Berlin", "pin": "10115", "country": "DE"}
with open(customers, "a") as people, open(charges, "a") as lines:
    people, lines = csv.DictWriter(people, header), csv.DictWriter(lines, columns)

    def customer(name, amounts):
        known = {key: value for key, value in place.items() if key in header}
        people.writerow({"customer_id": name, "legal_name": f"Buyer {name}", **known})
        for number, amount in enumerate(amounts, 1):
            paid = {"amount": f"{amount:.2f}"}
            if dice.random() < 0.3:
                paid = {"quantity": dice.randint(1, 99), "unit": "number", "unit_price": f"{amount / 37:.4f}"}
            lines.writerow({"customer_id": name, "description": f"Item {number}", "kind": "one-off", "from": "2026-03-10", **paid})

    for index, count in enumerate(counts):
        customer(f"MR_{index:02}", [dice.randint(1, 9_999_999) / 100 for _ in range(count)])
    dice.random = lambda: 1.0
    customer("MR_A", [50.05] * 115)
    customer("MR_B", [10.02] * 300)
