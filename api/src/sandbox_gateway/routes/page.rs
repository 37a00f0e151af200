use purser_domain::{
    money::{Amount, Currency},
    text::MerchantId,
};

use crate::gateway::{GatewayPayment, PaymentStatus};

/// The page that a pay link leads to. It works without anything from elsewhere.
pub(super) fn render(payment: &GatewayPayment, merchant: &MerchantId) -> String {
    let status = match &payment.status {
        PaymentStatus::Pending => "waits for you",
        PaymentStatus::Authorized => "is authorized",
        PaymentStatus::Captured => "is paid",
        PaymentStatus::PartiallyCaptured => "is paid in part",
        PaymentStatus::Failed { .. } => "failed",
        PaymentStatus::Expired => "has expired",
        PaymentStatus::Voided => "was voided",
        PaymentStatus::Disputed => "is disputed",
        PaymentStatus::ChargedBack => "was charged back",
    };
    let buttons = match payment.status {
        PaymentStatus::Pending => BUTTONS,
        PaymentStatus::Authorized
        | PaymentStatus::Captured
        | PaymentStatus::PartiallyCaptured
        | PaymentStatus::Failed { .. }
        | PaymentStatus::Expired
        | PaymentStatus::Voided
        | PaymentStatus::Disputed
        | PaymentStatus::ChargedBack => "",
    };
    let (order, merchant) = (escaped(payment.order.as_str()), escaped(merchant.as_str()));
    let sum = sum(payment.amount, payment.currency);
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sandbox gateway</title>\
         <h1>{sum}</h1><p>Order {order} at {merchant}.</p><p>No money moves here. The payment {status}.</p>{buttons}"
    )
}

const BUTTONS: &str = "<p><button value=\"succeed\">Pay</button> <button value=\"fail\">Fail</button></p>\
    <script>for (const button of document.querySelectorAll('button')) button.onclick = async () => {\
    await fetch(location.href, {method: 'POST', body: JSON.stringify({outcome: button.value})}); location.reload(); }\
    </script>";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// As people write it: 12.50 GBP, 1250 JPY, 1.250 KWD.
fn sum(amount: Amount, currency: Currency) -> String {
    let decimals = usize::from(currency.decimals());
    let digits = format!("{:0>width$}", amount.minor_units(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if fraction.is_empty() { format!("{whole} {currency}") } else { format!("{whole}.{fraction} {currency}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_written_with_the_decimals_of_their_currency() {
        for (minor, code, written) in [
            (1_250, "GBP", "12.50 GBP"),
            (5, "GBP", "0.05 GBP"),
            (1_250, "JPY", "1250 JPY"),
            (1_250, "KWD", "1.250 KWD"),
        ] {
            assert_eq!(sum(Amount::try_from(minor).unwrap(), code.parse().unwrap()), written);
        }
    }

    #[test]
    fn names_cannot_bring_markup() {
        assert_eq!(escaped("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
    }
}
