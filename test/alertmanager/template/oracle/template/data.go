// Package template has the types that notification templates see, under the names that Alertmanager gives them, because
// error messages show these.
package template

import (
	"sort"
	"strings"
	"time"
)

type Pair struct{ Name, Value string }

type Pairs []Pair

// Strings is a list that a method joins.
type Strings []string

func (s Strings) Join(separator string) string { return strings.Join(s, separator) }

func (ps Pairs) Names() Strings {
	names := Strings{}
	for _, p := range ps {
		names = append(names, p.Name)
	}
	return names
}

func (ps Pairs) Values() Strings {
	values := Strings{}
	for _, p := range ps {
		values = append(values, p.Value)
	}
	return values
}

func (ps Pairs) String() string {
	parts := []string{}
	for _, p := range ps {
		parts = append(parts, p.Name+"="+p.Value)
	}
	return strings.Join(parts, ", ")
}

type KV map[string]string

func (kv KV) SortedPairs() Pairs {
	pairs := Pairs{}
	for name, value := range kv {
		pairs = append(pairs, Pair{name, value})
	}
	sort.Slice(pairs, func(i, j int) bool {
		a, b := pairs[i].Name, pairs[j].Name
		if a == "alertname" || b == "alertname" {
			return a == "alertname" && b != "alertname"
		}
		return a < b
	})
	return pairs
}

func (kv KV) Remove(names []string) KV {
	rest := KV{}
	for name, value := range kv {
		rest[name] = value
	}
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

func (kv KV) Names() Strings  { return kv.SortedPairs().Names() }
func (kv KV) Values() Strings { return kv.SortedPairs().Values() }
func (kv KV) String() string  { return kv.SortedPairs().String() }

type Alert struct {
	Status       string    `json:"status"`
	Labels       KV        `json:"labels"`
	Annotations  KV        `json:"annotations"`
	StartsAt     time.Time `json:"startsAt"`
	EndsAt       time.Time `json:"endsAt"`
	GeneratorURL string    `json:"generatorURL"`
	Fingerprint  string    `json:"fingerprint"`
}

type Alerts []Alert

func (as Alerts) with(status string) []Alert {
	rest := []Alert{}
	for _, a := range as {
		if a.Status == status {
			rest = append(rest, a)
		}
	}
	return rest
}

func (as Alerts) Firing() []Alert   { return as.with("firing") }
func (as Alerts) Resolved() []Alert { return as.with("resolved") }

type Data struct {
	Receiver           string `json:"receiver"`
	Status             string `json:"status"`
	Alerts             Alerts `json:"alerts"`
	NotificationReason string `json:"notification_reason"`
	GroupLabels        KV     `json:"groupLabels"`
	CommonLabels       KV     `json:"commonLabels"`
	CommonAnnotations  KV     `json:"commonAnnotations"`
	RouteLabels        KV     `json:"routeLabels"`
	ExternalURL        string `json:"externalURL"`
}
