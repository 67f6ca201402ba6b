package loadgen

import (
	"fmt"
	"strings"
)

// sensitiveFaults hide sensitive data, with check digits that are right, in the free text and in less likely places. All are
// made up; none is a published example, since detectors know those.
func sensitiveFaults() []planter {
	found := func(kind, typ, pointer string, edit func(*Generator, *draft)) planter {
		return planter{Fault: Fault{Kind: kind, Group: GroupSensitive, Rule: typ, Pointer: pointer}, lines: true, edit: edit}
	}
	text := func(kind, typ string, secret func(*Generator) string) planter {
		return found(kind, typ, "/text", func(g *Generator, d *draft) {
			d.set(fieldText, `"please use `+secret(g)+` for the refund, thanks"`)
		})
	}
	return []planter{
		text("credit_card", "credit_card", (*Generator).card),
		text("credit_card_spaced", "credit_card", func(g *Generator) string { return fours(g.card(), " ") }),
		text("credit_card_dashed", "credit_card", func(g *Generator) string { return fours(g.card(), "-") }),
		text("credit_card_escaped", "credit_card", func(g *Generator) string { return escaped(g.card()) }),
		text("iban", "iban", (*Generator).iban),
		text("iban_spaced", "iban", func(g *Generator) string { return fours(g.iban(), " ") }),
		text("us_ssn", "us_ssn", (*Generator).ssn),
		text("us_ssn_escaped", "us_ssn", func(g *Generator) string { return escaped(g.ssn()) }),
		text("email", "email", (*Generator).email),
		text("email_escaped", "email", func(g *Generator) string { return strings.Replace(g.email(), "@", `\u0040`, 1) }),
		found("credit_card_number", "credit_card", "/tokens", func(g *Generator, d *draft) { d.set(fieldTokens, g.cardOf8()) }),
		found("email_as_user", "email", "/user", func(g *Generator, d *draft) { d.set(fieldUser, `"`+g.email()+`"`) }),
		found("email_in_unknown_property", "email", "/*", func(g *Generator, d *draft) {
			d.extra = []byte(`"reply_to":"` + g.email() + `",`)
		}),
	}
}

// digits makes n random decimal digits.
func (g *Generator) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + g.rng.Uint64()%10)
	}
	return string(b)
}

// card makes a card number of 16 digits whose check digit is right.
func (g *Generator) card() string {
	prefix := []string{"4", "51", "53", "55"}[g.rng.Uint64()%4]
	body := prefix + g.digits(15-len(prefix))
	return body + string(byte('0'+luhn(body)))
}

// cardOf8 makes a card number that is a multiple of eight, as the contract wants of tokens.
func (g *Generator) cardOf8() string {
	for {
		card := g.card()
		var n uint64
		for _, c := range card {
			n = n*10 + uint64(c-'0')
		}
		if n%8 == 0 {
			return card
		}
	}
}

// luhn gives the check digit that belongs behind the digits of body.
func luhn(body string) int {
	sum := 0
	for i := range len(body) {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10 - sum%10) % 10
}

// iban makes a German, Dutch, British or Spanish IBAN whose check digits are right.
func (g *Generator) iban() string {
	var country, account string
	switch g.rng.Uint64() % 4 {
	case 0:
		country, account = "DE", g.digits(18)
	case 1:
		country, account = "NL", "WNOW"+g.digits(10)
	case 2:
		country, account = "GB", "WNOW"+g.digits(14)
	default:
		country, account = "ES", g.digits(20)
	}
	return fmt.Sprintf("%s%02d%s", country, 98-mod97(account+country+"00"), account)
}

// mod97 reads digits as themselves and capital letters as 10 to 35, and gives the remainder.
func mod97(s string) int {
	r := 0
	for _, c := range s {
		if c >= 'A' {
			r = (r*100 + int(c-'A') + 10) % 97
		} else {
			r = (r*10 + int(c-'0')) % 97
		}
	}
	return r
}

// ssn makes a number as the US Social Security Administration could have given it out.
func (g *Generator) ssn() string {
	area := 100 + g.rng.Uint64()%500
	return fmt.Sprintf("%03d-%02d-%04d", area, 10+g.rng.Uint64()%89, 1000+g.rng.Uint64()%8999)
}

func (g *Generator) email() string {
	names := []string{"ann.lee", "b.okafor", "chen_wei", "d.silva", "e-novak"}
	hosts := []string{"mail.example.com", "example.org", "post.example.net"}
	return fmt.Sprintf("%s%d@%s", names[g.rng.Uint64()%5], g.rng.Uint64()%1000, hosts[g.rng.Uint64()%3])
}

// fours puts sep between groups of four characters.
func fours(s, sep string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// escaped writes every other digit as JSON's \u escape, as a writer that wants not to be read would.
func escaped(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i%2 == 1 && c >= '0' && c <= '9' {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}
