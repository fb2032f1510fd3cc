//! What documents are to a program that reads them aloud: their structure, walked through by the
//! rules of ISO 32000-1, 14.7, and told by poppler. `.ci/invoices` has them judged by veraPDF.

use std::collections::{BTreeMap, BTreeSet};

use crossfoot::model::invoice::{Issued, Pricing, Tax};
use crossfoot::model::money::parse_plain;
use crossfoot::render::pdf::render;
use crossfoot::render::pdf::template::{SHIPPED, Template};
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::pdf::{invoice, tool};

fn template(name: &str) -> Template {
    let (name, text) = SHIPPED.iter().find(|(known, _)| *known == name).unwrap();
    Template::parse(text, name).unwrap()
}

/// An invoice with what can stand on one: prices, taxes, a link, another script.
fn full(lines: usize) -> Issued {
    let mut invoice = invoice("CF/26-27/00001", lines);
    let content = &mut invoice.content;
    content.seller.email = Some("billing@malabar.example".into());
    content.buyer.legal_name = "தமிழ் Networks கௌரி".into();
    content.lines[lines / 2].description = "Inbound calls".into();
    content.payment.upi = Some("malabar@bank".into());
    content.payment.terms = Some("Pay in 30 days.".into());
    content.lines[0].pricing =
        Pricing::Rate { quantity: parse_plain("10").unwrap(), unit: "GB".into(), price: parse_plain("5").unwrap() };
    let (base, amount) = (content.subtotal, content.subtotal);
    content.taxes = vec![Tax { kind: "IGST".into(), rate: parse_plain("18").unwrap(), base, amount }];
    invoice
}

/// A structure, as it was walked through.
#[derive(Default)]
struct Walk {
    /// Whose element each marked content is: by page and MCID.
    owners: BTreeMap<(ObjectId, i64), ObjectId>,
    links: BTreeMap<ObjectId, ObjectId>,
    kinds: BTreeMap<String, usize>,
}

impl Walk {
    fn element(&mut self, document: &Document, id: ObjectId, parent: ObjectId) {
        let element = document.get_dictionary(id).unwrap();
        assert_eq!(element.get(b"P").unwrap().as_reference().unwrap(), parent);
        let kind = kind(element);
        *self.kinds.entry(kind.clone()).or_default() += 1;
        if kind == "Figure" {
            assert!(!element.get(b"Alt").unwrap().as_str().unwrap().is_empty());
        }
        if kind == "TH" {
            assert!(element.get(b"A").unwrap().as_dict().unwrap().has(b"Scope"));
        }
        if kind == "Table" {
            let cells = |row: &Object| kids(document.get_dictionary(row.as_reference().unwrap()).unwrap()).len();
            let counts: BTreeSet<usize> = kids(element).iter().map(cells).collect();
            assert!(counts.len() == 1 && !counts.contains(&0), "{counts:?}");
        }
        for kid in kids(element) {
            let page = |kid: &Dictionary| kid.get(b"Pg").or(element.get(b"Pg")).unwrap().as_reference().unwrap();
            match &kid {
                Object::Reference(kid) => self.element(document, *kid, id),
                Object::Integer(number) => self.own((page(element), *number), id),
                Object::Dictionary(kid) if kid.get(b"Type").unwrap().as_name().unwrap() == b"MCR" => {
                    self.own((page(kid), kid.get(b"MCID").unwrap().as_i64().unwrap()), id);
                }
                Object::Dictionary(kid) => {
                    let link = kid.get(b"Obj").unwrap().as_reference().unwrap();
                    assert_eq!((kind.as_str(), self.links.insert(link, id)), ("Link", None));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn own(&mut self, place: (ObjectId, i64), element: ObjectId) {
        assert_eq!(self.owners.insert(place, element), None, "{place:?} belongs to two");
    }
}

fn kind(element: &Dictionary) -> String {
    String::from_utf8(element.get(b"S").unwrap().as_name().unwrap().to_vec()).unwrap()
}

fn kids(element: &Dictionary) -> Vec<Object> {
    match element.get(b"K") {
        Err(_) => Vec::new(),
        Ok(Object::Array(kids)) => kids.clone(),
        Ok(one) => vec![one.clone()],
    }
}

/// The numbers of a page's marked contents; everything that is drawn lies in one of them or
/// decorates.
fn marked(document: &Document, page: ObjectId) -> Vec<i64> {
    let content = Content::decode(&document.get_page_content(page)).unwrap();
    let mut numbers = Vec::new();
    let mut open = false;
    for operation in content.operations {
        match operation.operator.as_str() {
            "BMC" => {
                assert_eq!(operation.operands[0].as_name().unwrap(), b"Artifact");
                open = true;
            }
            "BDC" => {
                assert!(!open, "one inside another");
                numbers.push(operation.operands[1].as_dict().unwrap().get(b"MCID").unwrap().as_i64().unwrap());
                open = true;
            }
            "EMC" => open = false,
            "Tj" | "Do" | "f" => assert!(open, "{operation:?} is told to nobody"),
            _ => {}
        }
    }
    numbers
}

fn check(bytes: &[u8], language: &str) -> Walk {
    let document = Document::load_mem(bytes).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), language.as_bytes());
    let root = catalog.get(b"StructTreeRoot").unwrap().as_reference().unwrap();
    let tree = document.get_dictionary(root).unwrap();
    let mut walk = Walk::default();
    walk.element(&document, tree.get(b"K").unwrap().as_reference().unwrap(), root);
    let numbers = tree.get(b"ParentTree").unwrap().as_dict().unwrap().get(b"Nums").unwrap().as_array().unwrap();
    let back: BTreeMap<i64, &Object> =
        numbers.as_chunks::<2>().0.iter().map(|[key, value]| (key.as_i64().unwrap(), value)).collect();
    let mut contents = 0;
    for page in document.get_pages().into_values() {
        let dictionary = document.get_dictionary(page).unwrap();
        let owners = back[&dictionary.get(b"StructParents").unwrap().as_i64().unwrap()].as_array().unwrap();
        let marked = marked(&document, page);
        assert_eq!(marked, (0..owners.len() as i64).collect::<Vec<_>>());
        for (number, owner) in marked.into_iter().zip(owners) {
            assert_eq!(walk.owners.get(&(page, number)), Some(&owner.as_reference().unwrap()));
            contents += 1;
        }
        for link in dictionary.get(b"Annots").and_then(Object::as_array).unwrap_or(&Vec::new()) {
            let id = link.as_reference().unwrap();
            let link = document.get_dictionary(id).unwrap();
            let owner = back[&link.get(b"StructParent").unwrap().as_i64().unwrap()].as_reference().unwrap();
            assert_eq!(walk.links.get(&id), Some(&owner));
            assert!(link.has(b"Contents"));
        }
    }
    assert_eq!(walk.owners.len(), contents, "the tree has marks that no page has");
    walk
}

#[test]
fn everything_that_is_drawn_is_in_the_structure_or_decorates() {
    for (name, language) in [("classic", "en-IN"), ("modern", "en-IN"), ("hindi", "hi-IN")] {
        for lines in [1, 40, 400] {
            let bytes = render(&full(lines), &template(name), None).unwrap();
            let walk = check(&bytes, language);
            // The header once, one row a line; and the totals.
            assert_eq!(walk.kinds["TR"], 1 + lines + 3, "{name}");
            assert_eq!((walk.kinds["H1"], walk.kinds["Table"], walk.links.len()), (1, 2, 1));
            assert_eq!(walk.kinds["Figure"], 1);
        }
    }
}

#[test]
fn poppler_tells_everything_in_the_order_in_which_it_is_read() {
    let told = |name: &str| tool("pdfinfo", &["-struct-text"], &render(&full(2), &template(name), None).unwrap(), &[]);
    insta::assert_snapshot!("classic", told("classic"));
    insta::assert_snapshot!("hindi", told("hindi"));
}

#[test]
fn scripts_of_india_are_extracted_as_they_were_written() {
    let texts = crate::pdf::SCRIPTS;
    let mut invoice = invoice("CF/25-26/00001", texts.len());
    for (line, text) in invoice.content.lines.iter_mut().zip(texts) {
        line.description = text.into();
    }
    let bytes = render(&invoice, &template("classic"), None).unwrap();
    let extracted = tool("pdftotext", &[], &bytes, &["-"]);
    let structure = tool("pdfinfo", &["-struct-text"], &bytes, &[]);
    for text in texts {
        assert!(extracted.contains(text), "{text} is not in {extracted}");
        assert!(structure.contains(text), "{text} is not in {structure}");
    }
}
