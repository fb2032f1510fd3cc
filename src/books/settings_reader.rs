//! The values of `crossfoot.toml`, one by one: each with its place in the file, its default
//! where it is left out, and what is wrong with it kept until all have been read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layout::CONFIG;
use super::pieces::Pieces;
use super::settings::{ACCOUNTS, SETTINGS, VOUCHER_TYPES};
use crate::model::ledger_terms::AccountUse;
use crate::model::money::parse_plain;
use crate::model::problem::{Problem, nearest, word};

pub(super) struct SettingsReader<'a> {
    pieces: &'a Pieces,
    values: BTreeMap<&'static str, Spanned<DeValue<'a>>>,
    accounts: BTreeMap<String, AccountUse>,
    voucher_types: BTreeMap<String, bool>,
    /// Where, and what.
    wrong: Vec<(usize, String)>,
}

impl<'a> SettingsReader<'a> {
    /// Takes the settings' text apart.
    ///
    /// # Errors
    /// Not TOML.
    pub(super) fn read(pieces: &'a Pieces) -> Result<Self, Problem> {
        let document = DeTable::parse(&pieces.text).map_err(|e| {
            let place = pieces.position(e.span().map_or(0, |span| span.start));
            Problem::usage("config", format!("{CONFIG} is not valid TOML: {}", e.message()))
                .at(place)
                .next("correct that line")
        })?;
        let mut reader = Self {
            pieces,
            values: BTreeMap::new(),
            accounts: BTreeMap::new(),
            voucher_types: BTreeMap::new(),
            wrong: Vec::new(),
        };
        reader.collect(document.get_ref());
        Ok(reader)
    }

    /// What was made of the values, if nothing was wrong with any of them.
    ///
    /// # Errors
    /// Everything that was wrong, in the order of the file.
    pub(super) fn finish<T>(self, made: Option<T>) -> Result<T, Problem> {
        let mut wrong = self.wrong;
        match made {
            Some(made) if wrong.is_empty() => Ok(made),
            _ => {
                wrong.sort();
                let mut lines = wrong.into_iter().map(|(_, line)| line);
                let first = lines.next().unwrap_or_default();
                Err(Problem::usage("config", first)
                    .also(lines.collect())
                    .next(format!("correct {CONFIG}; `crossfoot init` writes one with every setting explained"))
                    .not_done("Nothing was done."))
            }
        }
    }

    /// `[ledger.accounts]`, taken out.
    pub(super) fn accounts(&mut self) -> BTreeMap<String, AccountUse> {
        std::mem::take(&mut self.accounts)
    }

    /// `[ledger.voucher_types]`, taken out.
    pub(super) fn voucher_types(&mut self) -> BTreeMap<String, bool> {
        std::mem::take(&mut self.voucher_types)
    }

    fn refuse(&mut self, span: &Range<usize>, what: &str) {
        let place = self.pieces.position(span.start);
        self.wrong.push((span.start, format!("{what} ({place})")));
    }

    fn collect(&mut self, document: &DeTable<'a>) {
        for (section, value) in document {
            let section_name: &str = section.get_ref();
            let known_section = SETTINGS.iter().any(|s| s.path.split('.').next() == Some(section_name));
            match value.get_ref() {
                DeValue::Table(table) if known_section => {
                    for (key, value) in table {
                        self.take(section_name, key, value);
                    }
                }
                _ => self.unknown(section_name, &section.span()),
            }
        }
    }

    fn take(&mut self, section: &str, key: &Spanned<Cow<'a, str>>, value: &Spanned<DeValue<'a>>) {
        let path = format!("{section}.{}", key.get_ref());
        if path == ACCOUNTS {
            self.take_accounts(value);
        } else if path == VOUCHER_TYPES {
            self.take_voucher_types(value);
        } else if let Some(setting) = SETTINGS.iter().find(|s| s.path == path) {
            self.values.insert(setting.path, value.clone());
        } else {
            self.unknown(&path, &key.span());
        }
    }

    fn unknown(&mut self, path: &str, span: &Range<usize>) {
        let sections = SETTINGS.iter().filter_map(|s| s.path.split('.').next());
        let bare_keys = SETTINGS.iter().filter_map(|s| s.path.split_once('.').map(|(_, key)| (key, s.path)));
        let hint = match path.split_once('.') {
            None => bare_keys
                .filter(|(key, _)| *key == path)
                .map(|(_, full)| full)
                .next()
                .or_else(|| nearest(path, sections)),
            Some((_, key)) => nearest(path, SETTINGS.iter().map(|s| s.path).chain([ACCOUNTS, VOUCHER_TYPES]))
                .or_else(|| bare_keys.filter(|(bare, _)| *bare == key).map(|(_, full)| full).next()),
        };
        let hint = hint.map_or_else(String::new, |h| format!("; did you mean `{h}`?"));
        self.refuse(span, &format!("unknown setting `{path}`{hint}"));
    }

    fn take_accounts(&mut self, value: &Spanned<DeValue<'a>>) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.refuse(
                &value.span(),
                "[ledger.accounts] must be a table of account = \"inbound\", \"outbound\" or \"other\"",
            );
        };
        for (account, role) in table {
            let words = &AccountUse::WORDS;
            match role.get_ref().as_str().map_or_else(|| Err("must be a text".to_owned()), |text| word(text, words)) {
                Ok(role) => {
                    self.accounts.insert(account.get_ref().to_string(), role);
                }
                Err(why) => self.refuse(&role.span(), &format!("account `{}` {why}", account.get_ref())),
            }
        }
    }

    fn take_voucher_types(&mut self, value: &Spanned<DeValue<'a>>) {
        let DeValue::Table(table) = value.get_ref() else {
            let what = "[ledger.voucher_types] must be a table of type = \"counts\" or \"never\"";
            return self.refuse(&value.span(), what);
        };
        for (name, given) in table {
            let words = [("counts", true), ("never", false)];
            match given.get_ref().as_str().map_or_else(|| Err("must be a text".to_owned()), |text| word(text, &words)) {
                Ok(counts) => {
                    self.voucher_types.insert(name.get_ref().to_string(), counts);
                }
                Err(why) => self.refuse(&given.span(), &format!("voucher type `{}` {why}", name.get_ref())),
            }
        }
    }

    /// The value's text, or the default's. Numbers are taken by their text, never as floats.
    fn text_of(&mut self, path: &'static str) -> Option<(String, Range<usize>)> {
        let Some(value) = self.values.get(path) else {
            let default = SETTINGS.iter().find(|s| s.path == path)?.default;
            return Some((default.trim_matches('"').to_owned(), 0..0));
        };
        let span = value.span();
        match value.get_ref() {
            DeValue::String(text) => Some((text.to_string(), span)),
            DeValue::Integer(number) if number.radix() == 10 => Some((number.as_str().to_owned(), span)),
            DeValue::Float(number) => Some((number.as_str().to_owned(), span)),
            DeValue::Boolean(value) => Some((value.to_string(), span)),
            other => {
                let what = format!("`{path}` must be a text, a number, true or false, not {}", other.type_str());
                self.refuse(&span, &what);
                None
            }
        }
    }

    pub(super) fn convert<T>(&mut self, path: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (text, span) = self.text_of(path)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.refuse(&span, &format!("`{path}`: {why}"));
                None
            }
        }
    }

    pub(super) fn number(&mut self, path: &'static str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        self.convert(path, |text| {
            text.parse()
                .ok()
                .filter(|n| range.contains(n))
                .ok_or_else(|| format!("`{text}` is not a whole number from {} to {}", range.start(), range.end()))
        })
    }

    pub(super) fn flag(&mut self, path: &'static str) -> Option<bool> {
        self.convert(path, |text| word(text, &[("true", true), ("false", false)]))
    }

    pub(super) fn optional(&mut self, path: &'static str) -> Option<String> {
        self.text_of(path).map(|(text, _)| text).filter(|text| !text.is_empty())
    }
}

/// An amount or a per cent that is not negative.
pub(super) fn limit(text: &str) -> Result<Decimal, String> {
    match parse_plain(text) {
        Ok(amount) if amount.is_sign_negative() => Err("must not be negative".to_owned()),
        Ok(amount) => Ok(amount),
        Err(e) => Err(e.to_string()),
    }
}
