//! The document's structure as a PDF has it (ISO 32000-1, 14.7): an element for each part, which
//! names its marks on the pages, and the way back from a page's marks and links to their
//! elements. It is written at once: a long table has thousands of elements.

use lopdf::ObjectId;

use super::file::{text, write_object};
use super::layout::{Part, Role};

/// Where a page's marks and links belong.
#[derive(Default)]
pub(super) struct Marked {
    /// The part of each marked content, by its number on the page (MCID), and its language where
    /// that is another than the document's.
    pub(super) contents: Vec<(usize, Option<&'static str>)>,
    /// Links: their parts, and their annotations once these are objects.
    pub(super) links: Vec<(usize, Option<ObjectId>)>,
    /// Figures: their parts, and left, bottom, right, top.
    pub(super) figures: Vec<(usize, [f32; 4])>,
}

impl Marked {
    /// Tells where a figure is.
    pub(super) fn figure(&mut self, part: Option<usize>, (x, y): (f32, f32), (width, height): (f32, f32)) {
        self.figures.extend(part.map(|part| (part, [x, y, x + width, y + height])));
    }
}

/// What an element holds, in reading order.
enum Kid {
    /// Another element, by its number.
    Element(u32),
    Marks {
        page: usize,
        number: usize,
    },
    Link {
        page: usize,
        annotation: ObjectId,
    },
}

/// The objects of the structure, from its root on, numbered from `first` on. `pages` are the
/// objects of the pages.
pub(super) fn objects(parts: &[Part], marked: &[Marked], pages: &[ObjectId], first: u32) -> Vec<Vec<u8>> {
    let mut is_there: Vec<bool> = parts.iter().map(|part| part.role.may_be_empty()).collect();
    for (part, _) in marked.iter().flat_map(|page| &page.contents) {
        is_there[*part] = true;
    }
    // What is empty is left out: from the last on, since a part stands before those in it.
    for at in (1..parts.len()).rev() {
        is_there[parts[at].parent] |= is_there[at];
    }
    let mut next = first;
    let mut number = vec![first; parts.len()];
    for at in (0..parts.len()).filter(|at| is_there[*at]) {
        next += 1;
        number[at] = next;
    }
    let mut kids: Vec<Vec<Kid>> = parts.iter().map(|_| Vec::new()).collect();
    // Marks in another language have an element of their own, behind all others.
    let mut spans = Vec::new();
    let mut owners: Vec<Vec<u32>> = Vec::new();
    for (page, marked) in marked.iter().enumerate() {
        let mut own = Vec::new();
        for (mark, (part, language)) in marked.contents.iter().enumerate() {
            let marks = Kid::Marks { page, number: mark };
            match language {
                None => {
                    kids[*part].push(marks);
                    own.push(number[*part]);
                }
                Some(language) => {
                    next += 1;
                    kids[*part].push(Kid::Element(next));
                    own.push(next);
                    let mut out = Writer::begin("Span", number[*part]);
                    out.put(&format!("/Lang({language})"));
                    spans.push(out.end(&[marks], pages));
                }
            }
        }
        owners.push(own);
        for (part, annotation) in &marked.links {
            kids[*part].extend(annotation.map(|annotation| Kid::Link { page, annotation }));
        }
    }
    for at in (1..parts.len()).filter(|at| is_there[*at]) {
        kids[parts[at].parent].push(Kid::Element(number[at]));
    }
    let links = marked.iter().flat_map(|page| &page.links).map(|(part, _)| number[*part]);
    let mut objects = vec![root(number[0], &owners, links)];
    for (at, part) in parts.iter().enumerate().filter(|(at, _)| is_there[*at]) {
        let mut out = Writer::begin(part.role.name(), if at == 0 { first } else { number[part.parent] });
        if let Some(scope) = part.role.scope() {
            out.put(&format!("/A<</O/Table/Scope/{scope}>>"));
        }
        if let (Role::Figure, Some(words)) = (part.role, &part.alternative) {
            out.put("/Alt");
            write_object(&mut out.0, &text(words));
            let bounds = marked.iter().flat_map(|page| &page.figures).find(|(figure, _)| *figure == at);
            if let Some((_, [left, bottom, right, top])) = bounds {
                out.put(&format!("/A<</O/Layout/Placement/Block/BBox[{left:.2} {bottom:.2} {right:.2} {top:.2}]>>"));
            }
        }
        objects.push(out.end(&kids[at], pages));
    }
    objects.extend(spans);
    objects
}

/// The root, and the way back: the elements of each page's marks, page by page, then of each link.
fn root(document: u32, owners: &[Vec<u32>], links: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut out = Writer(Vec::new());
    out.put(&format!("<</Type/StructTreeRoot/K {document} 0 R/ParentTree<</Nums["));
    for (page, owners) in owners.iter().enumerate() {
        out.put(&format!("{page}["));
        owners.iter().for_each(|owner| out.put(&format!("{owner} 0 R ")));
        out.put("]");
    }
    let mut key = owners.len();
    for link in links {
        out.put(&format!("{key} {link} 0 R "));
        key += 1;
    }
    out.put(&format!("]>>/ParentTreeNextKey {key}>>"));
    out.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn begin(kind: &str, parent: u32) -> Self {
        Self(format!("<</S/{kind}/P {parent} 0 R").into_bytes())
    }

    fn put(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Ends an element with what it holds. Its page is that of its first mark.
    fn end(mut self, kids: &[Kid], pages: &[ObjectId]) -> Vec<u8> {
        let page_of = |kid: &Kid| match kid {
            Kid::Marks { page, .. } | Kid::Link { page, .. } => Some(*page),
            Kid::Element(_) => None,
        };
        let object = |page: Option<usize>| page.and_then(|page| pages.get(page));
        let first = kids.iter().find_map(page_of);
        if let Some(page) = object(first) {
            self.put(&format!("/Pg {} 0 R", page.0));
        }
        let told: Vec<String> = kids
            .iter()
            .map(|kid| {
                let elsewhere = object(page_of(kid).filter(|page| Some(*page) != first));
                let elsewhere = elsewhere.map(|page| format!("/Pg {} 0 R", page.0)).unwrap_or_default();
                match kid {
                    Kid::Element(number) => format!("{number} 0 R"),
                    Kid::Marks { number, .. } if elsewhere.is_empty() => number.to_string(),
                    Kid::Marks { number, .. } => format!("<</Type/MCR{elsewhere}/MCID {number}>>"),
                    Kid::Link { annotation, .. } => format!("<</Type/OBJR{elsewhere}/Obj {} 0 R>>", annotation.0),
                }
            })
            .collect();
        match told.as_slice() {
            [] => {}
            [one] => self.put(&format!("/K {one}")),
            many => self.put(&format!("/K[{}]", many.join(" "))),
        }
        self.put(">>");
        self.0
    }
}
