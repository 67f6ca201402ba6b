package sensitive

// The types of findings: the closed list of the detectors that exist.
const (
	CreditCard = "credit_card"
	IBAN       = "iban"
	USSSN      = "us_ssn"
	Email      = "email"
)

// A Detector describes one detector for people: its type, what it finds in one line, and how it decides.
type Detector struct {
	Type    string
	Summary string
	Detail  string
}

// Detectors lists every detector, in the order of certainty: where two findings overlap, the earlier one keeps the bytes
// and the later one is cut to what is left of it.
func Detectors() []Detector {
	return []Detector{ibanDetector(), creditCardDetector(), usSSNDetector(), emailDetector()}
}

// Types lists the types that a Scanner can find, in the order of Detectors.
func Types() []string {
	ds := Detectors()
	types := make([]string, len(ds))
	for i, d := range ds {
		types[i] = d.Type
	}
	return types
}

// Planned lists the types that winnow's policies will know and that nothing detects yet. A policy that counts on
// one of them must be told so.
func Planned() []string {
	return []string{
		"phone", "ip_address", "mac_address", "crypto_wallet", "national_id", "private_key", "jwt",
		"url_credentials", "secret", "geo_point", "date_of_birth", "protected_text",
	}
}
