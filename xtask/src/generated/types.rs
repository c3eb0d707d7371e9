//! The types that generated programs use.

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// An integer, by its name.
    Int(&'static str),
    F64,
    Bool,
    Char,
    /// `&'a str`, which a result may keep.
    Str,
    String,
    Tuple(Vec<Ty>),
    Vec(Box<Ty>),
    /// A `Vec` of this many elements, which stay as many.
    Fixed(Box<Ty>, usize),
    /// `[T; N]`
    Array(Box<Ty>, usize),
    Option(Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    Set(Box<Ty>),
    Deque(Box<Ty>),
    /// `&'a T`
    Ref(Box<Ty>),
    /// `&'a [T]`
    Slice(Box<Ty>),
    /// `struct Point { x: i64, y: f64, name: String }`
    Point,
    /// `enum Kind { Empty, Number(i64), Named { name: String, at: u32 } }`
    Kind,
    /// `struct Stats { count: u64, sum: f64, names: Vec<String>, last: Option<i64> }`
    Stats,
}

pub(super) const INTS: [&str; 7] = ["u8", "i32", "u32", "i64", "u64", "usize", "i8"];

impl Ty {
    pub(super) fn vec(of: Ty) -> Self {
        Self::Vec(Box::new(of))
    }

    pub(super) fn option(of: Ty) -> Self {
        Self::Option(Box::new(of))
    }

    pub(super) fn int(name: &'static str) -> Self {
        Self::Int(name)
    }

    pub(super) fn reference(to: Ty) -> Self {
        Self::Ref(Box::new(to))
    }

    /// As Rust writes it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Int(name) => (*name).to_owned(),
            Self::F64 => "f64".into(),
            Self::Bool => "bool".into(),
            Self::Char => "char".into(),
            Self::Str => "&'a str".into(),
            Self::String => "String".into(),
            Self::Tuple(of) => format!("({})", of.iter().map(|ty| ty.name() + ",").collect::<String>()),
            Self::Vec(of) | Self::Fixed(of, _) => format!("Vec<{}>", of.name()),
            Self::Array(of, length) => format!("[{}; {length}]", of.name()),
            Self::Option(of) => format!("Option<{}>", of.name()),
            Self::Map(key, value) => format!("BTreeMap<{}, {}>", key.name(), value.name()),
            Self::Set(of) => format!("BTreeSet<{}>", of.name()),
            Self::Deque(of) => format!("VecDeque<{}>", of.name()),
            Self::Ref(to) => format!("&'a {}", to.name()),
            Self::Slice(of) => format!("&'a [{}]", of.name()),
            Self::Point => "Point".into(),
            Self::Kind => "Kind".into(),
            Self::Stats => "Stats".into(),
        }
    }

    pub(super) fn is_copy(&self) -> bool {
        match self {
            Self::Int(_)
            | Self::F64
            | Self::Bool
            | Self::Char
            | Self::Str
            | Self::Ref(_)
            | Self::Slice(_) => true,
            Self::Tuple(of) => of.iter().all(Ty::is_copy),
            Self::Option(of) | Self::Array(of, _) => of.is_copy(),
            _ => false,
        }
    }

    pub(super) fn is_signed(&self) -> bool {
        matches!(self, Self::Int(name) if name.starts_with('i'))
    }

    /// The simplest value of the type, where there is one.
    pub(super) fn simplest(&self) -> Option<String> {
        Some(match self {
            Self::Int(name) => format!("1_{name}"),
            Self::F64 => "0.5_f64".into(),
            Self::Bool => "true".into(),
            Self::Char => "'c'".into(),
            Self::Str => "\"s\"".into(),
            Self::String => "String::new()".into(),
            Self::Tuple(of) => {
                let parts: Option<Vec<String>> = of.iter().map(Ty::simplest).collect();
                format!("({},)", parts?.join(", "))
            }
            Self::Vec(of) => format!("Vec::<{}>::new()", of.name()),
            Self::Fixed(of, length) => format!("vec![{}; {length}]", of.simplest()?),
            Self::Array(of, length) => {
                format!("[{}]", (0..*length).map(|_| of.simplest()).collect::<Option<Vec<_>>>()?.join(", "))
            }
            Self::Option(of) => format!("None::<{}>", of.name()),
            Self::Map(..) => "BTreeMap::new()".into(),
            Self::Set(_) => "BTreeSet::new()".into(),
            Self::Deque(_) => "VecDeque::new()".into(),
            Self::Ref(_) | Self::Slice(_) => return None,
            Self::Point => "Point::new(1)".into(),
            Self::Kind => "Kind::Empty".into(),
            Self::Stats => "Stats::default()".into(),
        })
    }
}
