//! Search by the words of titles: whatever way people write them, in products and in orders alike.

use purser_tests::{Api, api::order, shop};
use serde_json::json;

/// A title, and what finds it.
const FOUND: [(&str, &[&str]); 15] = [
    ("Zürich Zuru", &["zürich", "zu\u{308}rich", "ZURICH", "zuri"]),
    ("Zu\u{308}rich Zuri", &["zürich", "zurich zuri"]),
    ("İSTANBUL Lale", &["istanbul", "İstanbul", "lale ISTANBUL"]),
    ("STRASSE und Straße", &["strasse", "straße", "STRAẞE"]),
    ("Crème brûlée", &["creme", "brulee creme", "brûlée"]),
    ("白色金属灯笼 大号", &["灯笼", "金属", "白", "色金属灯", "笼", "灯笼 大号"]),
    ("スマートフォン ケース", &["フォン", "すまーと", "ｽﾏｰﾄ", "ケース"]),
    ("스마트폰케이스", &["케이스", "스마트폰"]),
    ("กระเป๋าหนัง", &["หนัง", "กระเป๋า"]),
    ("ﬁne ﬂask ＡＢＣ", &["fine", "flask abc", "ａｂｃ"]),
    ("हिन्दी किताब", &["हिन्दी", "किताब हिन्दी"]),
    ("الكتاب العربي", &["الكتاب", "اَلكِتَاب"]),
    ("50% off & <b>bold</b> | ! () :* 'quoted'", &["bold quoted", "50% | off", "(quoted) & !"]),
    ("C++ für Anfänger", &["c++", "c++ anfanger", "c", "fur"]),
    ("🕯 Kerze 🎄", &["🎄", "🕯️", "kerze 🎄"]),
];

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).expect("four bits")
}

fn encoded(text: &str) -> String {
    text.bytes().flat_map(|byte| ['%', digit(byte >> 4), digit(byte & 15)]).collect()
}

async fn found(api: &Api, list: &str, text: &str, name: &str) -> Vec<String> {
    shop::field(&api.get(&format!("{list}?text={}", encoded(text))).await, name)
}

#[tokio::test]
async fn products_and_orders_are_found_however_their_titles_are_written() {
    let (engine, api) = shop::open().await;
    let mut orders = Vec::new();
    for (number, (title, _)) in FOUND.iter().enumerate() {
        let sku = format!("S{number:02}");
        let mut product = shop::product("demo-merchant", &sku, "service", 250);
        product["title"] = json!(title);
        api.post("/v1/products", &product).send().await.expect_status(201);
        orders.push(api.placed(&[(&sku, 1)]).await.0);
    }
    for (number, (title, texts)) in FOUND.iter().enumerate() {
        for text in *texts {
            let skus = found(&api, "/v1/products", text, "sku").await;
            assert!(skus.contains(&format!("S{number:02}")), "{title} is not found by {text}, but {skus:?}");
            let ids = found(&api, "/v1/orders", text, "id").await;
            assert!(ids.contains(&orders[number]), "the order of {title} is not found by {text}");
            assert_eq!(ids.len(), skus.len(), "{text}");
        }
    }
    // What is not in a title finds none, and signs alone are in none.
    for text in ["灯大", "オンフ", "zürich 灯笼", "rich", "c#", "🎅", "&|!", "'", "\\", ":*", "zuric zuru"] {
        assert_eq!(found(&api, "/v1/products", text, "sku").await, [""; 0], "{text}");
        assert_eq!(found(&api, "/v1/orders", text, "id").await, [""; 0], "{text}");
    }
    shop::verified(&engine.stop().await).await.unwrap();
}

/// A thousand lines, each of two hundred characters that no other has: more terms than are kept.
#[tokio::test]
async fn an_order_of_a_thousand_of_the_longest_titles_is_found_by_its_skus_and_its_first_titles() {
    let (engine, api) = shop::open().await;
    let title = |line: u32| -> String {
        (0..200).filter_map(|place| char::from_u32(0x20000 + (line * 200 + place) % 40_000)).collect()
    };
    let lines: Vec<_> = (0..1_000).map(|line| json!({"sku": format!("L{line}"), "quantity": 1})).collect();
    for line in 0..1_000_u32 {
        let mut product = shop::product("demo-merchant", &format!("L{line}"), "service", 1);
        product["title"] = json!(title(line));
        api.post("/v1/products", &product).send().await.expect_status(201);
    }
    let mut placement = order(&[]);
    placement["lines"] = json!(lines);
    let placed = api.post("/v1/orders", &placement).send().await.expect_status(201);
    let id = placed.body["id"].as_str().unwrap();
    assert_eq!(shop::field(&api.get("/v1/orders?sku=L999").await, "id"), [id]);
    let beginning: String = title(0).chars().take(3).collect();
    assert_eq!(found(&api, "/v1/orders", &beginning, "id").await, [id]);
    shop::verified(&engine.stop().await).await.unwrap();
}
