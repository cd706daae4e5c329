// Runs templates through Go's own text/template: a list of cases as JSON on standard input, a list of what came of
// them on standard output.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"time"

	"oracle/template"
)

type testCase struct {
	Source string
	// Parse asks for the tree instead of the output.
	Parse bool
	Data  map[string]json.RawMessage
}

type result struct {
	Output string `json:"output"`
	Error  string `json:"error,omitempty"`
}

func main() {
	var cases []testCase
	check(json.NewDecoder(os.Stdin).Decode(&cases))
	results := make([]result, len(cases))
	for i, c := range cases {
		output, err := run(c)
		results[i].Output = output
		if err != nil {
			results[i].Error = err.Error()
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(results))
}

func run(c testCase) (string, error) {
	t, err := texttemplate.New("page").Option("missingkey=zero").Funcs(functions).Parse(c.Source)
	if err != nil {
		return "", err
	}
	if c.Parse {
		trees := []string{}
		if parse.IsEmptyTree(t.Root) {
			return "", nil
		}
		trees = append(trees, t.Root.String())
		return strings.Join(trees, ""), nil
	}
	var out strings.Builder
	err = t.Execute(&out, build(c.Data))
	return out.String(), err
}

var functions = texttemplate.FuncMap{
	"toUpper":   strings.ToUpper,
	"toLower":   strings.ToLower,
	"trimSpace": strings.TrimSpace,
	"join":      func(sep string, s []string) string { return strings.Join(s, sep) },
	"match":     regexp.MatchString,
	"reReplaceAll": func(pattern, repl, text string) string {
		return regexp.MustCompile(pattern).ReplaceAllString(text, repl)
	},
	"stringSlice": func(s ...string) []string { return s },
	"date":        func(layout string, t time.Time) string { return t.Format(layout) },
	"tz": func(name string, t time.Time) (time.Time, error) {
		location, err := time.LoadLocation(name)
		if err != nil {
			return time.Time{}, err
		}
		return t.In(location), nil
	},
	"list":   func(values ...any) []any { return values },
	"append": func(list []any, values ...any) []any { return append(list, values...) },
	"dict": func(values ...any) (map[string]any, error) {
		if len(values)%2 != 0 {
			return nil, fmt.Errorf("dict requires an even number of arguments")
		}
		dict := map[string]any{}
		for i := 0; i < len(values); i += 2 {
			key, ok := values[i].(string)
			if !ok {
				return nil, fmt.Errorf("dict keys must be strings")
			}
			dict[key] = values[i+1]
		}
		return dict, nil
	},
	"urlUnescape": url.QueryUnescape,
	"toJson": func(value any) (string, error) {
		encoded, err := json.Marshal(value)
		return string(encoded), err
	},
	"base64encode": func(text string) string { return base64.URLEncoding.EncodeToString([]byte(text)) },
	"base64decode": func(text string) (string, error) {
		decoded, err := base64.URLEncoding.DecodeString(text)
		return string(decoded), err
	},
	"mustToDate": func(layout, text string) (time.Time, error) { return time.ParseInLocation(layout, text, time.UTC) },
	"toDate": func(layout, text string) time.Time {
		t, _ := time.ParseInLocation(layout, text, time.UTC)
		return t
	},
	"fail":     func(text string) (string, error) { return "", fmt.Errorf("%s", text) },
	"duration": func(text string) (time.Duration, error) { return time.ParseDuration(text) },
	"time":     func(text string) (time.Time, error) { return time.Parse(time.RFC3339Nano, text) },
	"ints":     func(values ...int) []int { return values },
	"int64":    func(value int64) int64 { return value },
	"uint8":    func(value uint8) uint8 { return value },
	"float":    func(value float64) float64 { return value },
	"boolean":  func(value bool) bool { return value },
	"later":    func(t time.Time, _ time.Duration) time.Time { return t },
	"add":      func(a, b int) int { return a + b },
	"adder":    func(a int) func(int) int { return func(b int) int { return a + b } },
}

// build makes a value of an object with one key, its type.
func build(tagged map[string]json.RawMessage) any {
	for kind, raw := range tagged {
		switch kind {
		case "int":
			return int(integer(raw))
		case "int64":
			return integer(raw)
		case "uint8":
			return uint8(integer(raw))
		case "float":
			return decode[float64](raw)
		case "string":
			return decode[string](raw)
		case "bool":
			return decode[bool](raw)
		case "strings":
			return decode[[]string](raw)
		case "labels":
			return decode[template.KV](raw)
		case "time":
			t, err := time.Parse(time.RFC3339Nano, decode[string](raw))
			check(err)
			return t
		case "duration":
			d, err := time.ParseDuration(decode[string](raw))
			check(err)
			return d
		case "list":
			list := []any{}
			for _, item := range decode[[]map[string]json.RawMessage](raw) {
				list = append(list, build(item))
			}
			return list
		case "map":
			values := map[string]any{}
			for key, item := range decode[map[string]map[string]json.RawMessage](raw) {
				values[key] = build(item)
			}
			return values
		case "data":
			data := decode[template.Data](raw)
			data.NotificationReason = "first notification"
			data.RouteLabels = template.KV{"team": "x"}
			return &data
		}
	}
	return nil
}

func integer(raw json.RawMessage) int64 {
	value, err := strconv.ParseInt(decode[string](raw), 10, 64)
	check(err)
	return value
}

func decode[T any](raw json.RawMessage) T {
	var value T
	check(json.Unmarshal(raw, &value))
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
