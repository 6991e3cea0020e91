//! What texts come to, and that none does any harm.

use super::module::Module;
use super::module::follow;
use super::value::Value;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

fn module(text: &str, variables: &[(&str, &str)]) -> Module {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    follow(Path::new("/srv/shop/settings.py"), text, &variables).expect("a module")
}

fn value(text: &str, variables: &[(&str, &str)]) -> Value {
    module(text, variables).get("X").map_or(Value::None, |setting| setting.value)
}

#[test]
fn what_the_text_tells_is_told() {
    let set = [("V", "True"), ("N", "5"), ("L", "a, b"), ("E", "")];
    let texts = |items: &[&str]| Value::List(items.iter().map(|item| Value::Text((*item).into())).collect());
    for (text, expected) in [
        ("X = 1; X = 2", Value::Integer(2)),
        ("X: int = 31536000", Value::Integer(31_536_000)),
        ("X = 60 * 60 * 24", Value::Integer(86_400)),
        ("X = 0o644", Value::Integer(0o644)),
        ("X = Y = True", Value::Boolean(true)),
        ("X = 'a' \"b\"", Value::Text("ab".into())),
        ("X = ['a', *['b']]\nX += ['c']\nX.append('d')", texts(&["a", "b", "c", "d"])),
        ("X = ('a',) + ('b',)", texts(&["a", "b"])),
        ("D = {'a': {'b': 3}}\nX = D['a']['b']", Value::Integer(3)),
        ("DEBUG = False\nX = not DEBUG", Value::Boolean(true)),
        ("DEBUG = False\nX = 1\nif not DEBUG:\n    X = 2\nelse:\n    X = 3", Value::Integer(2)),
        ("DEBUG = True\nif not DEBUG:\n    X = 2\nelif DEBUG: X = 4", Value::Integer(4)),
        ("from datetime import timedelta\nX = timedelta(days=1, minutes=2)", Value::Span(86_520.0)),
        (
            "from pathlib import Path\nB = Path(__file__).resolve().parent.parent\nX = B / 'logs'",
            Value::Path("/srv/logs".into()),
        ),
        (
            "import os\nX = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'logs')",
            Value::Text("/srv/shop/logs".into()),
        ),
        ("from decouple import config\nX = config('V', default=False, cast=bool)", Value::Boolean(true)),
        ("from decouple import config, Csv\nX = config('L', cast=Csv())", texts(&["a", "b"])),
        (
            "from decouple import config\nX = config('L', cast=lambda v: [s.strip() for s in v.split(',')])",
            texts(&["a", "b"]),
        ),
        ("import os\nX = os.environ.get('V', 'no').lower() == 'true'", Value::Boolean(true)),
        ("import os\nX = os.environ['N']", Value::Text("5".into())),
        ("import os\nX = bool(int(os.getenv('N', 0)))", Value::Boolean(true)),
        ("import os\nX = os.getenv('N') or 7", Value::Text("5".into())),
        (
            "import environ\nenv = environ.Env(V=(bool, False))\nenv.read_env()\nX = env('V')",
            Value::Boolean(true),
        ),
        ("env = environ.Env()\nX = env.list('L')", texts(&["a", "b"])),
        ("import os\nX = 'a' if os.getenv('E') else 'b'", Value::Text("b".into())),
        ("import os\nos.makedirs('/x', exist_ok=True)\nX = os.getenv('N')", Value::Text("5".into())),
    ] {
        assert_eq!(value(text, &set), expected, "{text}");
    }
}

#[test]
fn what_only_python_can_tell_is_unclear() {
    for text in [
        "X = compute()",
        "X = f'{1}'",
        "X = [a for a in 'abc']",
        "X = 1\nfrom .local import *",
        "X = 1\nfrom .local import X",
        "X = 1\nif HOST:\n    X = 2",
        "X = 1\nif HOST: X = 2",
        "X = 1\ntry:\n    X = 2\nexcept KeyError:\n    pass",
        "for X in range(3): pass",
        "X = 1\nglobals()['X'] = 2",
        "X = 1\nexec('X = 2')",
        "X = {}\nX.clear()",
        "X, Y = 1, 2",
        "def config(name): return 1\nX = config('V')",
        "from mine import config\nX = config('V')",
        "import os\nX = os.environ['UNSET']",
        "from decouple import config\nX = config('V', cast=mine)",
        "from decouple import config\nX = config('V', cast=int)",
        "X = 1\ndef later():\n    global X\n    X = 2",
        "import sys\nX = 1\nsys.modules[__name__].X = 2",
        "with open('x') as file:\n    X = file.read()",
        "X = 'a' * 3\n",
        "import os\nos.environ['V'] = 'b'\nX = os.environ['V']",
        "import os\nos.environ.setdefault('V', 'b')\nX = os.getenv('V')",
    ] {
        assert!(value(text, &[("V", "a")]).reason().is_some(), "{text}: {:?}", value(text, &[("V", "a")]));
    }
    assert_eq!(module("A = 1", &[]).get("X"), None, "Django's default holds");
}

#[test]
fn a_default_that_was_taken_is_noted_wherever_it_goes() {
    let text = "from decouple import config\nDEBUG = config('DEBUG', default=True, cast=bool)\nif DEBUG:\n    A = 1\nX = not DEBUG\nB = 2";
    let module = module(text, &[]);
    for (name, expected) in [("DEBUG", 1), ("X", 1), ("A", 1), ("B", 0)] {
        assert_eq!(module.get(name).expect(name).defaulted.len(), expected, "{name}");
    }
}

#[test]
fn deep_nesting_ends() {
    let deep = format!("X = {}1{}", "[".repeat(5000), "]".repeat(5000));
    assert!(format!("{:?}", value(&deep, &[])).contains("nested too deeply"));
    let deeper = format!("X = {}1{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(value(&deeper, &[]).reason().is_some());
    let long = format!("X = {}1", "1 + ".repeat(100_000));
    assert!(value(&long, &[]).reason().is_some());
    let many = "A = ".to_owned() + &"1 + ".repeat(4000) + "1\n";
    assert!(value(&format!("{}X = 1", many.repeat(20)), &[]).reason().is_some());
    let ifs = (0..500).fold(String::new(), |text, depth| text + &" ".repeat(depth) + "if True:\n");
    value(&format!("{ifs}{}X = 1", " ".repeat(501)), &[]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_read_without_a_crash(words in prop::collection::vec(prop::sample::select(vec![
        "X", "=", "1", "'a'", "(", ")", "[", "]", "{", "}", ",", ":", "if", "else", "not", "in", "or", ".", "+", "-", "*",
        "\n", "\n  ", "for", "lambda", "config", "+=", "for", "def", "import", "from", "try", ";", "\\", "é", "\"\"\"",
    ]), 0..60)) {
        let _ = follow(Path::new("/x"), &words.join(" "), &BTreeMap::new());
    }
}
