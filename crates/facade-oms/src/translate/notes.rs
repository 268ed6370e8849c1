//! What the vendor keeps with an order and the engine has no place for, as annotations of the order. Keys are `oms.` and
//! the vendor's field; values are the field's JSON, or its bare text.

use std::collections::BTreeMap;

use order_engine::{Annotations, Reject};

use crate::wire::{self, BigNumber, Id, Moment, Names, Shape, Written};

const PREFIX: &str = "oms.";

/// When an order leaves the book, when an operator said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    /// Never.
    Never,
    /// After this time.
    After(Moment),
}

/// The fields. A status and a timestamp hold for one version of the order only, whose number they come with: the next
/// change by the market has its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Notes {
    pub(crate) external_id: String,
    pub(crate) group: String,
    pub(crate) cfi_code: String,
    pub(crate) ex_destination: String,
    pub(crate) additional_funds: BTreeMap<String, BigNumber>,
    pub(crate) values: BTreeMap<String, BigNumber>,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) ids: Vec<Id>,
    pub(crate) fee_codes: BTreeMap<String, String>,
    pub(crate) created: Option<Moment>,
    pub(crate) timestamp: Option<(u32, Moment)>,
    pub(crate) executed_additional_funds: BTreeMap<String, BigNumber>,
    pub(crate) errors: Option<Vec<String>>,
    pub(crate) status: Option<(u32, String)>,
    pub(crate) removal: Option<Removal>,
}

impl Notes {
    /// Reads what is kept with an order.
    pub(crate) fn of(annotations: &Annotations) -> Self {
        let mut notes = Self::default();
        for (key, text) in annotations.iter() {
            if let Some(field) = key.strip_prefix(PREFIX) {
                notes.read(field, text);
            }
        }
        notes
    }

    fn read(&mut self, field: &str, text: &str) {
        match field {
            "ExternalID" => text.clone_into(&mut self.external_id),
            "Group" => text.clone_into(&mut self.group),
            "CfiCode" => text.clone_into(&mut self.cfi_code),
            "ExDestination" => text.clone_into(&mut self.ex_destination),
            "AdditionalFunds" => self.additional_funds = from_json(text),
            "Values" => self.values = from_json(text),
            "Properties" => self.properties = from_json(text),
            "IDs" => self.ids = from_json(text),
            "FeeCodes" => self.fee_codes = from_json(text),
            "Created" => self.created = Moment::parse(text),
            "Timestamp" => {
                self.timestamp =
                    versioned(text).and_then(|(version, text)| Some((version, Moment::parse(text)?)));
            }
            "ExecutedAdditionalFunds" => self.executed_additional_funds = from_json(text),
            "Errors" => self.errors = Some(from_json(text)),
            "Status" => self.status = versioned(text).map(|(version, text)| (version, text.to_owned())),
            "RemoveAfter" => {
                self.removal = Some(Moment::parse(text).map_or(Removal::Never, Removal::After));
            }
            // Of another field, kept by an earlier or a later state of this facade.
            _ => {}
        }
    }

    /// Writes them, beside what others keep with the order.
    ///
    /// # Errors
    /// [`Reject::AnnotationsTooLarge`].
    pub(crate) fn beside(&self, others: &Annotations) -> Result<Annotations, Reject> {
        let mut texts: BTreeMap<String, String> = others
            .iter()
            .filter(|(key, _)| !key.starts_with(PREFIX))
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .collect();
        let mut keep = |field: &str, text: Option<String>| {
            if let Some(text) = text {
                texts.insert(format!("{PREFIX}{field}"), text);
            }
        };
        keep("ExternalID", bare(&self.external_id));
        keep("Group", bare(&self.group));
        keep("CfiCode", bare(&self.cfi_code));
        keep("ExDestination", bare(&self.ex_destination));
        keep("AdditionalFunds", json(&self.additional_funds, self.additional_funds.is_empty()));
        keep("Values", json(&self.values, self.values.is_empty()));
        keep("Properties", json(&self.properties, self.properties.is_empty()));
        keep("IDs", json(&self.ids, self.ids.is_empty()));
        keep("FeeCodes", json(&self.fee_codes, self.fee_codes.is_empty()));
        keep("Created", self.created.map(Moment::text));
        keep("Timestamp", self.timestamp.map(|(version, at)| format!("{version} {}", at.text())));
        let executed = &self.executed_additional_funds;
        keep("ExecutedAdditionalFunds", json(executed, executed.is_empty()));
        keep("Errors", self.errors.as_ref().and_then(|errors| json(errors, false)));
        keep("Status", self.status.as_ref().map(|(version, code)| format!("{version} {code}")));
        keep(
            "RemoveAfter",
            self.removal.map(|removal| match removal {
                Removal::Never => "never".to_owned(),
                Removal::After(at) => at.text(),
            }),
        );
        Annotations::new(texts)
    }
}

fn versioned(text: &str) -> Option<(u32, &str)> {
    let (version, text) = text.split_once(' ')?;
    Some((version.parse().ok()?, text))
}

fn bare(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn json<T: Shape>(value: &T, is_empty: bool) -> Option<String> {
    // Texts, numbers and maps with text keys can always be written.
    if is_empty { None } else { serde_json::to_string(&Written(value, Names::Full)).ok() }
}

fn from_json<T: Shape + Default>(text: &str) -> T {
    wire::parse(text.as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_they_were_kept() {
        let number = |text: &str| BigNumber(text.parse().unwrap());
        let notes = Notes {
            external_id: "XSX-77120".to_owned(),
            group: "Prodigy".to_owned(),
            cfi_code: "ESVUFR".to_owned(),
            ex_destination: "XSXM".to_owned(),
            additional_funds: BTreeMap::from([("Brokerage".to_owned(), number("10.00"))]),
            values: BTreeMap::from([("Estimate".to_owned(), number("-1.5"))]),
            properties: BTreeMap::from([("Desk".to_owned(), "a \"b\"".to_owned())]),
            ids: vec![Id {
                name: "Deal".to_owned(),
                values: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
            }],
            fee_codes: BTreeMap::from([("Brokerage".to_owned(), "STD".to_owned())]),
            created: Moment::parse("2025-06-27T00:15:30.1234567Z"),
            timestamp: Moment::parse("2025-06-27T00:16:02.5Z").map(|at| (3, at)),
            executed_additional_funds: BTreeMap::from([("Brokerage".to_owned(), number("4.00"))]),
            errors: Some(vec!["Order".to_owned()]),
            status: Some((3, "Under Review".to_owned())),
            removal: Some(Removal::Never),
        };
        let others = Annotations::new([("elsewhere.x", "y"), ("oms.Group", "old")]).unwrap();
        let kept = notes.beside(&others).unwrap();
        assert_eq!(Notes::of(&kept), notes);
        assert_eq!(kept.get("elsewhere.x"), Some("y"));
        assert_eq!(Notes::default().beside(&others).unwrap().iter().count(), 1);
    }
}
