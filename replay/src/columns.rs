//! Binds the names of a mapping to the columns of a CSV header or the keys of JSON objects.

use crate::cell::quote;
use crate::field::{Field, Mapping};

/// Where a field may stand: a column or key, and a path inside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index of the column, or of the key in [`Columns::keys`].
    pub(crate) index: usize,
    /// Steps into a nested value.
    pub(crate) path: Vec<String>,
    /// The name as the mapping has it.
    pub(crate) name: String,
}

/// The places of every field, first match first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    /// Keys to keep of JSON objects; empty for CSV.
    pub(crate) keys: Vec<String>,
    places: Vec<Vec<Place>>,
}

impl Columns {
    /// Binds to a CSV header.
    pub(crate) fn of_header(mapping: &Mapping, header: &[String]) -> Columns {
        let find = |name: &str| {
            let exact = header.iter().position(|h| h == name);
            exact.or_else(|| header.iter().position(|h| h.eq_ignore_ascii_case(name)))
        };
        let place = |name: &String| match (find(name), name.split_once('.')) {
            (Some(index), _) => Some(Place { index, path: Vec::new(), name: name.clone() }),
            (None, Some((head, tail))) => {
                find(head).map(|index| Place { index, path: steps(tail), name: name.clone() })
            }
            (None, None) => None,
        };
        let places =
            Field::ALL.iter().map(|f| mapping.names(*f).iter().filter_map(place).collect()).collect();
        Columns { keys: Vec::new(), places }
    }

    /// Binds to the keys of JSON objects; `extra` keys are kept too.
    pub(crate) fn of_keys(mapping: &Mapping, extra: &[&str]) -> Columns {
        let mut keys: Vec<String> = Vec::new();
        let mut index_of = |key: &str| {
            keys.iter().position(|k| k == key).unwrap_or_else(|| {
                keys.push(key.to_owned());
                keys.len() - 1
            })
        };
        let mut places = Vec::new();
        for field in Field::ALL {
            let mut of_field = Vec::new();
            for name in mapping.names(field) {
                of_field.push(Place { index: index_of(name), path: Vec::new(), name: name.clone() });
                if let Some((head, tail)) = name.split_once('.') {
                    of_field.push(Place { index: index_of(head), path: steps(tail), name: name.clone() });
                }
            }
            places.push(of_field);
        }
        for key in extra {
            index_of(key);
        }
        Columns { keys, places }
    }

    /// The places of `field`.
    pub(crate) fn of(&self, field: Field) -> &[Place] {
        self.places.get(field as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The name to say in an error about `field`.
    pub(crate) fn name(&self, field: Field) -> &str {
        self.of(field).first().map_or(field.as_str(), |p| &p.name)
    }
}

/// What to say of a row that lacks `field`. A header was looked at before; of JSON nobody knows what
/// keys there are until a row comes.
pub(crate) fn missing(columns: &Columns, field: Field) -> String {
    if columns.keys.is_empty() {
        return "is missing".to_owned();
    }
    let mut names: Vec<String> = columns.of(field).iter().map(|p| quote(p.name.as_bytes())).collect();
    names.dedup();
    let map = field.as_str();
    match names.as_slice() {
        [_] => format!("is missing (name it with `--map {map}=KEY`)"),
        several => {
            format!("is missing: none of {} is there (name it with `--map {map}=KEY`)", several.join(", "))
        }
    }
}

/// The first column that stands twice where a field is read from it: nobody can say which of the two
/// is meant. `None` when each stands once.
pub(crate) fn repeated(columns: &Columns, header: &[String]) -> Option<String> {
    let name = columns.places.iter().flatten().find_map(|place| {
        let name = header.get(place.index)?;
        let asked = if place.path.is_empty() { Some(&*place.name) } else { place.name.split('.').next() };
        // A column that has its name by letters only has rivals by letters.
        let exact = asked == Some(name);
        let alike = |h: &&String| if exact { *h == name } else { h.eq_ignore_ascii_case(name) };
        (header.iter().filter(alike).count() > 1).then_some(name)
    })?;
    Some(format!("the column {} stands twice", quote(name.as_bytes())))
}

fn steps(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

/// What a header lacks so that rows could be read; `None` when it will do. `asked` are fields
/// the user mapped by hand.
pub(crate) fn lacking(
    columns: &Columns,
    mapping: &Mapping,
    header: &[String],
    asked: &[Field],
) -> Option<String> {
    let names = |fields: &[Field]| {
        let all: Vec<String> =
            fields.iter().flat_map(|f| mapping.names(*f)).map(|n| quote(n.as_bytes())).collect();
        all.join(", ")
    };
    let has = || {
        let all: Vec<String> = header.iter().take(40).map(|h| quote(h.as_bytes())).collect();
        all.join(", ")
    };
    let missing = |what: &str, fields: &[Field], map: &str| {
        format!(
            "no column for the {what}: expected one of {}, the header has {} (name it with `--map {map}=COLUMN`)",
            names(fields),
            has()
        )
    };
    if let Some(field) = asked.iter().find(|f| columns.of(**f).is_empty()) {
        return Some(format!(
            "no column {} for `{}`: the header has {}",
            names(&[*field]),
            field.as_str(),
            has()
        ));
    }
    if columns.of(Field::Time).is_empty() {
        return Some(missing("time", &[Field::Time], "time"));
    }
    let amounts = [Field::Input, Field::Output, Field::Cost, Field::Usage];
    if amounts.iter().all(|f| columns.of(*f).is_empty()) {
        return Some(missing("tokens or the cost", &amounts, "input"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn names_are_found_exactly_first_then_by_letters() {
        let mapping = Mapping::of(Format::Csv);
        let columns = Columns::of_header(&mapping, &header(&["Timestamp", "USER", "user", "prompt_tokens"]));
        assert_eq!(columns.of(Field::Time).first().map(|p| p.index), Some(0));
        assert_eq!(columns.of(Field::User).first().map(|p| p.index), Some(2));
        assert_eq!(columns.name(Field::Input), "prompt_tokens");
    }

    #[test]
    fn what_is_lacking_is_named_with_the_header() {
        let mapping = Mapping::of(Format::Azure);
        let head = header(&["time", "tokens"]);
        let said = lacking(&Columns::of_header(&mapping, &head), &mapping, &head, &[]).unwrap();
        assert_eq!(
            said,
            "no column for the time: expected one of `TIMESTAMP`, the header has `time`, `tokens` (name it with `--map time=COLUMN`)"
        );
        let mut mapping = Mapping::of(Format::Csv);
        mapping.set(Field::User, "who");
        let said = lacking(&Columns::of_header(&mapping, &head), &mapping, &head, &[Field::User]).unwrap();
        assert!(said.starts_with("no column `who` for `user`"), "{said}");
    }

    #[test]
    fn paths_lead_into_nested_values() {
        let columns = Columns::of_keys(&Mapping::of(Format::Litellm), &["x"]);
        let feature = columns.of(Field::Feature).last().unwrap();
        assert_eq!(
            (columns.keys[feature.index].as_str(), feature.path.as_slice()),
            ("request_tags", &header(&["0"])[..])
        );
        assert_eq!(columns.keys.last().map(String::as_str), Some("x"));
    }
}
