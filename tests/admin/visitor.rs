//! A browser as far as the admin needs one: cookies, forms and what is sent with them.

use crate::products::Shop;
use crate::server::world::Answer;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

pub const PASSWORD: &str = "Cotonou-2026!";

/// `PASSWORD` as Django keeps it, with so few rounds that a test need not wait.
pub const HASH: &str = "pbkdf2_sha256$1000$abcdefgh$0L19y4dgLLfwP9UsK6BQJOcnHQUDcEktDmgPGUEqKUE=";

pub const MULTIPART: &str = "multipart/form-data; boundary=edge";

/// `sitekeep serve` with the admin, until it is dropped.
pub struct Served {
    child: Child,
    pub address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Ends as an administrator ends it: what is to be written down is then.
    pub fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap();
    }
}

pub fn serve(shop: &Shop) -> Served {
    serve_with(shop, &[])
}

pub fn serve_with(shop: &Shop, arguments: &[&str]) -> Served {
    let log = std::fs::File::create(shop.sandbox.path("serve.log")).unwrap();
    start(command(shop, arguments).stderr(log))
}

/// `serve` with the admin, not started yet.
pub fn command(shop: &Shop, arguments: &[&str]) -> Command {
    let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
    all.extend(arguments);
    let mut command = shop.command(crate::sandbox::NOW, &all);
    command
        .env("SITEKEEP_SERVE__ADMIN", "true")
        .env("SITEKEEP_SERVE__ACCESS_LOG", shop.sandbox.path("access.log"));
    command
}

pub fn start(command: &mut Command) -> Served {
    start_if(command).expect("a server")
}

/// Starts it; nothing where it ends before it serves.
pub fn start_if(command: &mut Command) -> Option<Served> {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit("http://").next().unwrap().to_owned();
    let served = Served { child, address };
    (!line.is_empty()).then_some(served)
}

/// Adds a user by SQL.
pub fn add_user(shop: &Shop, name: &str, hash: &str, is_superuser: bool) {
    shop.site_writes(&format!(
        "INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
         VALUES ('{name}', '{hash}', {is_superuser}, true, true, '', '', '', '2026-11-23 08:00:00+00:00')"
    ));
}

pub struct Visitor<'a> {
    pub served: &'a Served,
    pub cookies: BTreeMap<String, String>,
    pub headers: Vec<(&'static str, &'static str)>,
}

impl<'a> Visitor<'a> {
    pub fn new(served: &'a Served) -> Self {
        Self { served, cookies: BTreeMap::new(), headers: Vec::new() }
    }

    pub fn logged_in(served: &'a Served, name: &str) -> Self {
        let mut visitor = Self::new(served);
        let answer = visitor.log_in(name, PASSWORD);
        assert_eq!((answer.status, answer.header("location")), (302, Some("/admin/")), "{}", answer.text());
        visitor
    }

    pub fn log_in(&mut self, name: &str, password: &str) -> Answer {
        let token = token(&self.get("/admin/login/"));
        self.post("/admin/login/", &[("token", &token), ("username", name), ("password", password)])
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None, b"")
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, Some("application/x-www-form-urlencoded"), body.as_bytes())
    }

    /// Sends a form as a browser does that has a file in it.
    pub fn upload(&mut self, path: &str, fields: &[(&str, &str)], name: &str, content: &[u8]) -> Answer {
        self.send("POST", path, Some(MULTIPART), &multipart(fields, name, content))
    }

    pub fn send(&mut self, method: &str, path: &str, kind: Option<&str>, body: &[u8]) -> Answer {
        Answer::parse(&self.exchange(method, path, kind, body))
    }

    /// Sends a form and takes what comes; nothing where the server is killed meanwhile.
    pub fn exchange(&mut self, method: &str, path: &str, kind: Option<&str>, body: &[u8]) -> Vec<u8> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let host = self.headers.iter().find(|(name, _)| *name == "Host").map(|(_, value)| *value);
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
            host.unwrap_or(&self.served.address)
        );
        if !cookies.is_empty() {
            let _ = write!(head, "Cookie: {}\r\n", cookies.join("; "));
        }
        if let Some(kind) = kind {
            let _ = write!(head, "Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| *name != "Host") {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let mut stream = TcpStream::connect(&self.served.address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_mins(1))).unwrap();
        // One that refuses before it has read all may close its end, and one that is killed does.
        let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(body));
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let set: Vec<(String, String)> = String::from_utf8_lossy(&bytes)
            .lines()
            .take_while(|line| !line.trim().is_empty())
            .filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        self.cookies.extend(set);
        self.cookies.retain(|_, value| !value.is_empty());
        bytes
    }
}

/// The body of a form that has a file in it.
pub fn multipart(fields: &[(&str, &str)], name: &str, content: &[u8]) -> Vec<u8> {
    let mut head = String::new();
    for (field, value) in fields {
        let _ = write!(head, "--edge\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
    }
    let _ = write!(
        head,
        "--edge\r\nContent-Disposition: form-data; name=\"image\"; filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--edge--\r\n"].concat()
}

/// The value of a hidden field of a page.
pub fn hidden(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let start = format!("name=\"{name}\" value=\"");
    let rest = text.split(&start).nth(1).unwrap_or_else(|| panic!("no {name} in {text}"));
    rest.split('"').next().unwrap().to_owned()
}

pub fn token(answer: &Answer) -> String {
    hidden(answer, "token")
}
