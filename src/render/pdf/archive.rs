//! The last touch on printpdf's object graph: what it takes from the process (ids, dates)
//! becomes what follows from the invoice, and the document one for the archive and for everyone:
//! PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), with the structured invoice inside
//! (Factur-X).

use lopdf::{Document, Object, ObjectId, Stream, StringFormat};
use sha2::{Digest, Sha256};

use super::file::{dictionary, name, text};
use super::subsets::Embedded;
use crate::model::invoice::{self, Issued};
use crate::render::deflate::deflate;

/// sRGB, made by lcms2; its date is fixed.
const SRGB: &[u8] = include_bytes!("../../../templates/sRGB.icc");
/// The name that Factur-X prescribes.
const ATTACHMENT: &str = "factur-x.xml";

/// What properties are named by: those of PDF/UA, and of Factur-X.
const UNIVERSAL: &str = "http://www.aiim.org/pdfua/ns/id/";
const FACTURX: &str = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#";

/// The structured invoice, deflated, and its size before that.
pub(super) type Attachment = (Vec<u8>, u64);

/// `language`: that of a document which is told as what it is (PDF/A-3a, PDF/UA-1); None for what
/// 0.1 drew, which is PDF/A-3b.
pub(super) fn finish(graph: &mut Document, invoice: &Issued, attachment: Option<Attachment>, language: Option<&str>) {
    graph.version = "1.7".to_owned();
    let facts = Facts::of(invoice);
    information(graph, &facts);
    tidy(graph);
    let metadata = graph.add_object(
        Stream::new(
            dictionary(&[("Type", name("Metadata")), ("Subtype", name("XML"))]),
            xmp(&facts, attachment.is_some(), language.is_some()).into_bytes(),
        )
        // PDF/A-3 allows it, as PDF/A-1 did not: two of three kilobytes. 0.1 left it readable by
        // programs that know no PDF.
        .with_compression(language.is_some()),
    );
    let mut profile = Stream::new(dictionary(&[("N", Object::Integer(3))]), SRGB.to_vec());
    if language.is_some() {
        deflated(&mut profile);
    }
    let profile = graph.add_object(profile);
    let intent = graph.add_object(dictionary(&[
        ("Type", name("OutputIntent")),
        ("S", name("GTS_PDFA1")),
        ("OutputConditionIdentifier", text("sRGB IEC61966-2.1")),
        ("Info", text("sRGB IEC61966-2.1")),
        ("DestOutputProfile", Object::Reference(profile)),
    ]));
    let file = attachment.map(|xml| attach(graph, xml, &facts.pdf_date));
    let Ok(catalog) = graph.catalog_mut() else { return };
    catalog.set("Metadata", Object::Reference(metadata));
    catalog.set("OutputIntents", Object::Array(vec![Object::Reference(intent)]));
    catalog.set("Lang", text(language.unwrap_or("en-IN")));
    if language.is_some() {
        catalog.set("MarkInfo", dictionary(&[("Marked", Object::Boolean(true))]));
    }
    if catalog.has(b"PageMode") {
        // printpdf writes a string where ISO 32000-1, table 28 wants a name.
        catalog.set("PageMode", name("UseOutlines"));
    }
    catalog.set("ViewerPreferences", dictionary(&[("DisplayDocTitle", Object::Boolean(true))]));
    if let Some(file) = file {
        catalog.set("AF", Object::Array(vec![Object::Reference(file)]));
        let names = Object::Array(vec![text(ATTACHMENT), Object::Reference(file)]);
        let embedded = dictionary(&[("Names", names)]);
        catalog.set("Names", dictionary(&[("EmbeddedFiles", Object::Dictionary(embedded))]));
    }
    let draft = &invoice.content;
    let identity = format!("{}\n{}\n{}", invoice.number, draft.customer_id, draft.total.plain());
    let id = Object::String(Sha256::digest(identity.as_bytes())[..16].to_vec(), StringFormat::Hexadecimal);
    graph.trailer.set("ID", Object::Array(vec![id.clone(), id]));
}

/// Numbers the objects and deflates what is not, as 0.1 did.
pub(super) fn pack(graph: &mut Document, embedded: &Embedded) {
    graph.prune_objects();
    graph.renumber_objects();
    for object in graph.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream.allows_compression
            && !stream.dict.has(b"Filter")
        {
            // Fonts are deflated once for a batch.
            match embedded.values().find(|font| font.bytes == stream.content) {
                Some(font) => {
                    stream.set_content(font.deflated.clone());
                    stream.dict.set("Filter", name("FlateDecode"));
                }
                None => deflated(stream),
            }
        }
    }
}

/// What Info dictionary and XMP both say: they must agree (ISO 19005-3, 6.6.3).
struct Facts {
    title: String,
    author: String,
    /// `D:20260331000000Z`
    pdf_date: String,
    /// `2026-03-31T00:00:00Z`
    xmp_date: String,
    /// `INVOICE`, `CREDIT NOTE` …
    kind: &'static str,
}

impl Facts {
    fn of(invoice: &Issued) -> Self {
        let (word, kind) = match invoice.content.document {
            invoice::Document::Invoice => ("Invoice", "INVOICE"),
            invoice::Document::CreditNote => ("Credit note", "CREDIT NOTE"),
            invoice::Document::DebitNote => ("Debit note", "DEBIT NOTE"),
        };
        Self {
            title: format!("{word} {}", invoice.number),
            author: invoice.content.seller.legal_name.clone(),
            pdf_date: invoice.issue_date.format("D:%Y%m%d000000Z").to_string(),
            xmp_date: invoice.issue_date.format("%Y-%m-%dT00:00:00Z").to_string(),
            kind,
        }
    }
}

fn deflated(stream: &mut Stream) {
    let content = deflate(&stream.content);
    if content.len() < stream.content.len() {
        stream.set_content(content);
        stream.dict.set("Filter", name("FlateDecode"));
    }
}

fn information(graph: &mut Document, facts: &Facts) {
    let mut entries = vec![
        ("Title", text(&facts.title)),
        ("Creator", text("crossfoot")),
        ("Producer", text("printpdf")),
        ("CreationDate", text(&facts.pdf_date)),
        ("ModDate", text(&facts.pdf_date)),
    ];
    if !facts.author.is_empty() {
        entries.push(("Author", text(&facts.author)));
    }
    // printpdf's has the time of day.
    if let Ok(Object::Reference(before)) = graph.trailer.get(b"Info") {
        let before = *before;
        graph.objects.remove(&before);
    }
    let information = graph.add_object(dictionary(&entries));
    graph.trailer.set("Info", information);
}

/// Annotations are printed (ISO 19005-3, 6.3.2), and what is empty is dropped.
fn tidy(graph: &mut Document) {
    for object in graph.objects.values_mut() {
        let Ok(dictionary) = object.as_dict_mut() else { continue };
        if dictionary.get(b"Annots").and_then(Object::as_array).is_ok_and(Vec::is_empty) {
            dictionary.remove(b"Annots");
        }
        if let Ok(annotations) = dictionary.get_mut(b"Annots").and_then(Object::as_array_mut) {
            annotations.iter_mut().filter_map(|a| a.as_dict_mut().ok()).for_each(|a| a.set("F", 4));
        }
        if dictionary.get(b"Subtype").and_then(Object::as_name).is_ok_and(|subtype| subtype == b"Link") {
            dictionary.set("F", 4);
        }
    }
}

/// Embeds the structured invoice as an alternative of the page.
fn attach(graph: &mut Document, (xml, size): Attachment, date: &str) -> ObjectId {
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    let parameters = dictionary(&[("ModDate", text(date)), ("Size", Object::Integer(size))]);
    let mut stream = Stream::new(
        dictionary(&[
            ("Type", name("EmbeddedFile")),
            ("Subtype", name("text/xml")),
            ("Params", Object::Dictionary(parameters)),
            ("Filter", name("FlateDecode")),
        ]),
        xml,
    );
    stream.allows_compression = false;
    let stream = graph.add_object(stream);
    let files = dictionary(&[("F", Object::Reference(stream)), ("UF", Object::Reference(stream))]);
    graph.add_object(dictionary(&[
        ("Type", name("Filespec")),
        ("F", text(ATTACHMENT)),
        ("UF", text(ATTACHMENT)),
        ("Desc", text("The same invoice for programs: Factur-X, profile EN 16931")),
        ("AFRelationship", name("Alternative")),
        ("EF", Object::Dictionary(files)),
    ]))
}

/// The metadata: what it is; PDF/A-3a and PDF/UA-1, or PDF/A-3b; and, where there is an
/// attachment, Factur-X. PDF/A asks for a description of each schema that it does not know.
fn xmp(facts: &Facts, has_attachment: bool, is_tagged: bool) -> String {
    let Facts { title, author, xmp_date, kind, .. } = facts;
    let (title, author) = (escaped(title), escaped(author));
    let creator = if author.is_empty() {
        String::new()
    } else {
        format!("<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>")
    };
    let property = |name: &str, kind: &str, category: &str, what: &str| {
        format!(
            "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>{kind}</pdfaProperty:valueType><pdfaProperty:category>{category}</pdfaProperty:category><pdfaProperty:description>{what}</pdfaProperty:description></rdf:li>"
        )
    };
    let schema = |name: &str, uri: &str, prefix: &str, properties: &str| {
        format!(
            "<rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>{name}</pdfaSchema:schema><pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
        )
    };
    let conformance = if is_tagged { "A" } else { "B" };
    // What is described, each with the names that it uses.
    let mut told = vec![(
        "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"".to_owned(),
        format!("<pdfaid:part>3</pdfaid:part><pdfaid:conformance>{conformance}</pdfaid:conformance>"),
    )];
    let mut tell = |names: &str, what: String| told.push((names.to_owned(), what));
    let mut schemas = String::new();
    if is_tagged {
        tell(&format!("xmlns:pdfuaid=\"{UNIVERSAL}\""), "<pdfuaid:part>1</pdfuaid:part>".to_owned());
        let part = property("part", "Integer", "internal", "part of ISO 14289");
        schemas.push_str(&schema("PDF/UA", UNIVERSAL, "pdfuaid", &part));
    }
    tell(
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"",
        format!(
            "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>{creator}<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{kind}</rdf:li></rdf:Alt></dc:description>"
        ),
    );
    tell(
        "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"",
        format!(
            "<xmp:CreatorTool>crossfoot</xmp:CreatorTool><xmp:CreateDate>{xmp_date}</xmp:CreateDate><xmp:ModifyDate>{xmp_date}</xmp:ModifyDate>"
        ),
    );
    tell("xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"", "<pdf:Producer>printpdf</pdf:Producer>".to_owned());
    if has_attachment {
        let external = |name, what| property(name, "Text", "external", what);
        let properties = [
            external("DocumentFileName", "name of the embedded XML invoice file"),
            external("DocumentType", "INVOICE"),
            external("Version", "version of the Factur-X schema"),
            external("ConformanceLevel", "profile of the Factur-X data"),
        ]
        .concat();
        tell(
            &format!("xmlns:fx=\"{FACTURX}\""),
            format!(
                "<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{ATTACHMENT}</fx:DocumentFileName><fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>"
            ),
        );
        schemas.push_str(&schema("Factur-X PDFA Extension Schema", FACTURX, "fx", &properties));
    }
    if !schemas.is_empty() {
        tell(
            "xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\"",
            format!("<pdfaExtension:schemas><rdf:Bag>{schemas}</rdf:Bag></pdfaExtension:schemas>"),
        );
    }
    if is_tagged {
        // One description of all is shorter.
        let (names, what): (Vec<String>, Vec<String>) = told.into_iter().unzip();
        told = vec![(names.join(" "), what.concat())];
    }
    let described: String = told
        .iter()
        .map(|(names, what)| format!("<rdf:Description rdf:about=\"\" {names}>{what}</rdf:Description>\n"))
        .collect();
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n{described}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
