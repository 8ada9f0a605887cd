//! A browser without script: it keeps its cookies, follows where it is sent, and fills in the forms that it is shown.

use std::cell::RefCell;
use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use scraper::{ElementRef, Html, Selector};

use crate::world::{Answer, World};
use ngoaivu::demo;

pub const HOST: &str = "127.0.0.1:8080";

pub struct Browser<'a> {
    world: &'a World,
    cookies: RefCell<BTreeMap<String, String>>,
    language: &'static str,
}

/// What the browser shows.
pub struct Page {
    pub status: u16,
    pub address: String,
    pub text: String,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

/// The name, the values that it would send, and the address of the form that a page shows in `main`.
#[derive(Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
    names: Vec<String>,
}

impl Form {
    /// Types into a field, or chooses.
    pub fn fill(&mut self, name: &str, value: &str) -> &mut Self {
        assert!(self.names.iter().any(|n| n == name), "the form has no {name}: {:?}", self.names);
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Presses a button that has a name.
    pub fn press(&mut self, name: &str, value: &str) -> &mut Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Page {
    pub fn html(&self) -> Html {
        Html::parse_document(&self.text)
    }

    pub fn all(&self, css: &str) -> Vec<String> {
        let html = self.html();
        html.select(&selector(css)).map(|e| e.text().collect::<String>().trim().to_owned()).collect()
    }

    /// The addresses of this site that the page links to.
    pub fn links(&self) -> Vec<String> {
        let html = self.html();
        let links = selector("a[href]");
        let hrefs = html.select(&links).filter_map(|a| a.value().attr("href").map(str::to_owned));
        hrefs.filter(|href| href.starts_with('/')).collect()
    }

    /// The last form of the page that posts to an address with this part.
    pub fn form(&self, to: &str) -> Form {
        let html = self.html();
        let forms: Vec<ElementRef> = html.select(&selector("form[method=post]")).collect();
        let fits = |form: &&ElementRef| form.value().attr("action").is_some_and(|action| action.contains(to));
        let form =
            forms.iter().rev().find(fits).unwrap_or_else(|| panic!("{}: no form to {to}: {}", self.address, self.text));
        let mut fields = Vec::new();
        let mut names = Vec::new();
        for input in form.select(&selector("input[name], textarea[name], select[name]")) {
            let element = input.value();
            let name = element.attr("name").unwrap().to_owned();
            names.push(name.clone());
            let value = match element.name() {
                "textarea" => Some(input.text().collect::<String>()),
                "select" => {
                    let chosen = input.select(&selector("option[selected]")).next();
                    let first = input.select(&selector("option")).next();
                    chosen.or(first).and_then(|o| o.value().attr("value").map(str::to_owned))
                }
                _ => match element.attr("type") {
                    Some("radio" | "checkbox") => {
                        element.attr("checked").map(|_| element.attr("value").unwrap_or("on").to_owned())
                    }
                    Some("file") => None,
                    _ => Some(element.attr("value").unwrap_or_default().to_owned()),
                },
            };
            fields.extend(value.map(|value| (name, value)));
        }
        Form { action: form.value().attr("action").unwrap().to_owned(), fields, names }
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> Option<String> {
        let form = self.form("");
        form.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }
}

impl<'a> Browser<'a> {
    pub fn new(world: &'a World) -> Self {
        Browser { world, cookies: RefCell::default(), language: "vi" }
    }

    pub fn reading(self, language: &'static str) -> Self {
        Browser { language, ..self }
    }

    pub async fn signed_in(world: &'a World, user: &str) -> Browser<'a> {
        let browser = Browser::new(world);
        let mut form = browser.get("/sign-in").await.form("/sign-in");
        form.fill("/username", user).fill("/password", demo::PASSWORD);
        let page = browser.send(&form).await;
        assert_eq!((page.status, page.address.as_str()), (200, "/"), "{user}: {}", page.text);
        browser
    }

    /// Signs in on a page that was shown because the session had ended.
    pub async fn sign_in_again(&self, ended: &Page, user: &str) -> Page {
        let mut form = ended.form("/sign-in");
        form.fill("/username", user).fill("/password", demo::PASSWORD);
        self.send(&form).await
    }

    pub fn cookie(&self) -> Option<String> {
        self.cookies.borrow().get("__Host-ngoaivu").cloned()
    }

    fn keep(&self, answer: &Answer) {
        for set in answer.headers.get("set-cookie").into_iter().flat_map(|all| all.lines()) {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    pub fn request(&self, method: Method, address: &str) -> TestRequest {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| format!("{n}={v}")).collect();
        let request = TestRequest::default()
            .method(method)
            .uri(address)
            .insert_header(("Host", HOST))
            .insert_header(("Accept-Language", self.language));
        if cookies.is_empty() { request } else { request.insert_header(("Cookie", cookies.join("; "))) }
    }

    /// Where an address leads, which may be another site.
    pub async fn led_to(&self, address: &str) -> String {
        let request = self.request(Method::GET, address).insert_header(("Sec-Fetch-Site", "same-origin"));
        let answer = self.world.send(request).await;
        self.keep(&answer);
        answer.expect(303).headers["location"].clone()
    }

    /// Opens an address, and whatever it leads to.
    pub async fn get(&self, address: &str) -> Page {
        let mut address = address.to_owned();
        for _ in 0..5 {
            let request = self.request(Method::GET, &address).insert_header(("Sec-Fetch-Site", "same-origin"));
            let answer = self.world.send(request).await;
            self.keep(&answer);
            if answer.status != 303 {
                return Page {
                    status: answer.status,
                    address,
                    text: String::from_utf8_lossy(&answer.bytes).into_owned(),
                };
            }
            answer.headers["location"].clone_into(&mut address);
        }
        panic!("{address} leads nowhere")
    }

    /// Sends a form as it is filled in.
    pub async fn send(&self, form: &Form) -> Page {
        self.send_from(form, ("Sec-Fetch-Site", "same-origin")).await
    }

    /// Sends a form as another origin would make the browser send it.
    pub async fn send_from(&self, form: &Form, origin: (&'static str, &'static str)) -> Page {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        form.fields.iter().for_each(|(name, value)| {
            body.append_pair(name, value);
        });
        let request = self
            .request(Method::POST, &form.action)
            .insert_header(origin)
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
            .set_payload(body.finish());
        self.follow(request, &form.action).await
    }

    /// Sends a file as a browser does, and follows where it is sent.
    pub async fn send_file(&self, to: &str, texts: &[(&str, &str)], name: &str, bytes: &[u8]) -> Page {
        let mut body = Vec::new();
        for (field, text) in texts {
            body.extend(
                format!("--grenze\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{text}\r\n").bytes(),
            );
        }
        body.extend(format!("--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n--grenze--\r\n");
        let request = self
            .request(Method::POST, to)
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(("Content-Type", "multipart/form-data; boundary=grenze"))
            .set_payload(body);
        self.follow(request, to).await
    }

    /// Sends a request, and opens what it leads to.
    pub async fn follow(&self, request: TestRequest, address: &str) -> Page {
        let answer = self.world.send(request).await;
        self.keep(&answer);
        match answer.headers.get("location") {
            Some(to) if answer.status == 303 => self.get(&to.clone()).await,
            _ => Page {
                status: answer.status,
                address: address.to_owned(),
                text: String::from_utf8_lossy(&answer.bytes).into_owned(),
            },
        }
    }
}
