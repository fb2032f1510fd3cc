//! Below the table: totals, words, how to pay, and what the law wants said.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

use super::marks::{Code, Mark, PT_PER_MM};
use super::parts::Role;
use super::sheet::{Look, Sheet};
use super::table::Cell;
use crate::model::invoice::{Document, Edition, Proof};
use crate::model::money::Currency;
use crate::model::registration::Registration;
use crate::render::pdf::template::Align;

impl Sheet<'_> {
    /// Whether what is below the totals begins another page.
    pub(super) fn is_torn(&self) -> bool {
        self.beside_totals.is_some_and(|(page, ..)| page < self.pages.len())
    }

    pub(super) fn totals(&mut self) {
        let say = self.say();
        let labels = &self.template.labels;
        let draft = &self.invoice.content;
        let subtotal = if draft.taxes.is_empty() { &labels.subtotal } else { &labels.taxable };
        let mut rows = vec![(subtotal.clone(), say.grouped(&draft.subtotal))];
        for tax in &draft.taxes {
            let on = if draft.taxes.iter().all(|other| other.base == draft.subtotal) {
                String::new()
            } else {
                format!(" {} {}", labels.on, say.grouped(&tax.base))
            };
            rows.push((format!("{} {} %{on}", tax.kind, tax.rate), say.grouped(&tax.amount)));
        }
        if !draft.round_off.is_zero() {
            rows.push((labels.round_off.clone(), say.grouped(&draft.round_off)));
        }
        let total = (labels.total.clone(), say.display(&draft.total));
        let body = self.body();
        let total_look = Look { size: self.template.sizes.name_pt, ..self.strong() };
        let height = self.leading(body) * rows.len() as f32 + self.leading(total_look) + 24.0;
        if self.is_kept && draft.lines.len() == 1 {
            self.new_page();
        }
        self.make_room(height);
        let title = self.template.labels.total.clone();
        self.bookmark(&title);
        let mut label_x = self.left + self.width() * 0.52;
        if !self.is_first() {
            let wide = |look: Look, (label, amount): &(String, String)| {
                self.fonts.width(look.style, look.size, label) + self.fonts.width(look.style, look.size, amount)
            };
            let widest = rows.iter().map(|row| wide(body, row)).fold(wide(total_look, &total), f32::max);
            label_x = label_x.min(self.right - widest - 16.0).max(self.left);
        }
        let top = self.y;
        let (x, right) = (label_x, self.right);
        let row = |(label, amount): (String, String)| {
            let cell = |align, role, text| Cell { left: x, right, align, role, lines: vec![text], below: Vec::new() };
            [cell(Align::Left, Role::RowHeader, label), cell(Align::Right, Role::Cell, amount)]
        };
        self.within(Role::Table, |sheet| {
            for texts in rows {
                sheet.table_row(sheet.y, body, &row(texts));
                sheet.y += sheet.leading(body) + 1.5;
            }
            let colour = sheet.template.colours.accent;
            sheet.mark(Mark::Box { x, y: sheet.y + 1.0, width: right - x, height: 1.2, colour });
            sheet.y += 8.0;
            sheet.table_row(sheet.y, total_look, &row(total));
        });
        self.y += self.leading(total_look) + 14.0;
        self.beside_totals = Some((self.pages.len(), top, self.y));
        self.beside_width = label_x - self.left;
    }

    pub(super) fn words(&mut self) {
        let words = self.say().amount_in_words();
        let label = self.template.labels.words.clone();
        let (look, small) = (self.body(), self.label());
        let mut width = self.width() * 0.46;
        if !self.is_first() {
            width = width.min(self.beside_width - 12.0);
        }
        let lines = self.wrap(&words, look, width);
        let height = self.leading(small) + self.leading(look) * lines.len() as f32;
        match self.beside_totals {
            // Left of the totals there is room.
            Some((page, top, bottom))
                if page == self.pages.len() && top + height <= bottom && (width > 80.0 || self.is_first()) =>
            {
                self.within(Role::Subheading, |sheet| sheet.text(sheet.left, top, small, &label));
                let below = top + self.leading(small);
                self.within(Role::Paragraph, |sheet| sheet.block(sheet.left, below, width, look, &lines));
            }
            _ => self.paragraph(&label, &[words], look),
        }
    }

    /// Where to pay, and a code that a payment app reads. A credit note asks for nothing.
    pub(super) fn payment(&mut self) {
        let draft = &self.invoice.content;
        if draft.document == Document::CreditNote {
            return;
        }
        let (labels, payment) = (&self.template.labels, &draft.payment);
        let named = |label: &str, value: &Option<String>| value.as_ref().map(|value| format!("{label}: {value}"));
        let is_ifsc = draft.edition == Edition::First || payment.bank_code.as_deref().is_none_or(is_ifsc);
        let bank_code = if is_ifsc { &labels.bank_code } else { &labels.bic };
        let mut lines: Vec<String> = [
            named(&labels.account_name, &payment.account_name),
            named(&labels.account_number, &payment.account_number),
            named(&labels.bank, &payment.bank),
            named(bank_code, &payment.bank_code),
            named(&labels.upi, &payment.upi),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !lines.is_empty() {
            lines.push(format!("{}: {}", labels.payment_reference, self.invoice.number));
        }
        lines.extend(payment.terms.clone());
        let code = self.upi_code();
        if lines.is_empty() && code.is_none() {
            return;
        }
        let (side, caption) = (26.0 * PT_PER_MM, labels.upi_caption.clone());
        let label = labels.payment.clone();
        let height = if code.is_some() { side + 2.0 * self.leading(self.label()) } else { 0.0 };
        self.make_room(height.max(self.leading(self.body()) * lines.len() as f32) + self.leading(self.label()));
        self.bookmark(&label);
        let (page, start) = (self.pages.len(), self.y);
        self.paragraph(&label, &lines, self.body());
        let Some(code) = code else { return };
        let x = self.right - side;
        if page == self.pages.len() {
            self.code(&code, x, start, side, caption.clone());
            let small = Look { size: self.template.sizes.small_pt * 0.85, ..self.label() };
            let end = self.paragraph_at(x, start + side + 3.0, side, small, &caption);
            self.y = self.y.max(end + 8.0);
        }
    }

    /// The UPI deep link as a code. Rupees only: UPI knows no other currency; and nobody pays a draft.
    fn upi_code(&self) -> Option<QrCode> {
        let draft = &self.invoice.content;
        // Who is abroad cannot pay so, and a code that no application takes is none.
        let is_new = draft.edition > Edition::First;
        let is_payable = !is_new || (!draft.buyer.is_abroad() && draft.payment.has_upi());
        let is_shown = draft.currency == Currency::INR && !self.invoice.is_draft() && is_payable;
        let upi = draft.payment.upi.as_ref().filter(|_| is_shown)?;
        let name = percent_encoded(&draft.seller.legal_name);
        let number = percent_encoded(&self.invoice.number);
        let link = format!("upi://pay?pa={upi}&pn={name}&am={}&cu=INR&tr={number}&tn={number}", draft.total.plain());
        let segments = QrSegment::make_segments(&link);
        // One mask for all: the search for the prettiest takes longer than the page.
        let (least, most) = (Version::MIN, Version::MAX);
        QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, least, most, Some(Mask::new(3)), false).ok()
    }

    fn code(&mut self, code: &QrCode, x: f32, y: f32, side: f32, words: String) {
        let index = self.codes.len();
        self.told(Role::Figure, Some(words), |sheet| sheet.mark(Mark::Code { x, y, side, index }));
        self.codes.push(modules(code));
    }

    /// IRN, acknowledgement, and the signed code of about two inches, at the end of a copy.
    pub(super) fn registration(&mut self, registration: &Registration) {
        let labels = &self.template.labels;
        let lines = [
            format!("{}: {}", labels.irn, registration.irn),
            format!("{}: {}", labels.ack_no, registration.ack_no),
            format!("{}: {}", labels.ack_date, registration.ack_date),
        ];
        let title = labels.registration.clone();
        let segments = QrSegment::make_segments(&registration.signed_qr);
        let code = QrCode::encode_segments(&segments, QrCodeEcc::Low).ok();
        let side = 51.0 * PT_PER_MM;
        self.make_room(side + 2.0 * self.leading(self.label()));
        self.bookmark(&title);
        let (body, small, start) = (self.body(), self.label(), self.y);
        self.within(Role::Subheading, |sheet| sheet.text(sheet.left, start, small, &title));
        let width = self.width() - side - 16.0;
        let mut end = start + self.leading(small);
        for line in &lines {
            end = self.paragraph_at(self.left, end, width, body, line);
        }
        if let Some(code) = code {
            self.code(&code, self.right - side, start, side, title);
        }
        self.y = end.max(start + side) + 10.0;
    }

    /// What the law wants said, what a note corrects, and what is said of the proof.
    pub(super) fn notes(&mut self) {
        let draft = &self.invoice.content;
        let (labels, notes) = (&self.template.labels, &self.template.notes);
        let say = self.say();
        let mut lines: Vec<String> = draft.original.iter().map(|original| say.said(&original.reason)).collect();
        lines.extend(draft.remarks.iter().map(|remark| say.said(remark)));
        if draft.supply.is_some() {
            lines.push(labels.signature.clone());
        }
        if self.has_average() {
            lines.push(labels.average_note.clone());
        }
        let proof = match draft.proof {
            // What was decided, and why, is between finance and its auditor.
            Proof::Decision => "",
            Proof::Customer => &notes.customer,
            Proof::Tolerance => &notes.tolerance,
            Proof::TotalOnly => &notes.total_only,
        };
        lines.push(proof.to_owned());
        lines.retain(|line| !line.is_empty());
        if !lines.is_empty() {
            let label = labels.notes.clone();
            self.paragraph(&label, &lines, self.label());
        }
    }

    fn paragraph(&mut self, label: &str, texts: &[String], look: Look) {
        if texts.is_empty() {
            return;
        }
        let wrapped: Vec<Vec<String>> = texts.iter().map(|text| self.wrap(text, look, self.width() * 0.78)).collect();
        let lines = wrapped.iter().map(Vec::len).sum::<usize>();
        self.make_room(self.leading(self.label()) + self.leading(look) * lines.min(6) as f32);
        self.within(Role::Subheading, |sheet| sheet.text(sheet.left, sheet.y, sheet.label(), label));
        self.y += self.leading(self.label());
        for text in wrapped {
            self.within(Role::Paragraph, |sheet| {
                for line in text {
                    sheet.make_room(sheet.leading(look));
                    sheet.text(sheet.left, sheet.y, look, &line);
                    sheet.y += sheet.leading(look);
                }
            });
        }
        self.y += 10.0;
    }
}

/// A code's modules, row by row.
fn modules(code: &QrCode) -> Code {
    let side = code.size();
    let dark = (0..side).flat_map(|y| (0..side).map(move |x| code.get_module(x, y))).collect();
    Code { width: usize::try_from(side).unwrap_or(0), dark }
}

/// Whether it is an Indian bank's code: four letters, a zero, and six letters or digits.
fn is_ifsc(code: &str) -> bool {
    let (bytes, zero) = (code.as_bytes(), code.as_bytes().get(4));
    bytes.len() == 11 && zero == Some(&b'0') && bytes[..4].iter().all(u8::is_ascii_alphabetic)
}

/// RFC 3986: everything but unreserved characters.
fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
