// Renders a chart and its local dependencies as `helm template` does: the same values, schemas and
// functions, but for those that ask a cluster. Prints the objects; says on standard error what is wrong.
//
//	render CHART <values.yaml
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

type object = map[string]interface{}

type chart struct {
	Name         string
	Type         string
	Version      string
	AppVersion   string
	Dependencies []struct{ Name, Repository string }
	path         string
	values       object
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: render CHART <values.yaml"))
	}
	given, err := io.ReadAll(os.Stdin)
	fail(err)
	top := load(os.Args[1])
	values := merge(top.values, parse(given))
	templates := template.New("gotpl").Option("missingkey=zero")
	templates.Funcs(functions(templates))
	add(templates, top)
	for _, dependency := range top.Dependencies {
		below := load(filepath.Join(top.path, strings.TrimPrefix(dependency.Repository, "file://")))
		add(templates, below)
		own, _ := values[below.Name].(object)
		// Helm gives every dependency the global values, none too.
		values[below.Name] = merge(merge(below.values, own), object{"global": object{}})
		validate(below, values[below.Name])
	}
	validate(top, values)
	print(templates, top, values)
}

func load(path string) chart {
	found := chart{path: path, values: object{}}
	fail(yaml.Unmarshal(read(filepath.Join(path, "Chart.yaml")), &found))
	found.values = parse(read(filepath.Join(path, "values.yaml")))
	return found
}

// add takes a chart's templates; of a library only those that make no object of their own.
func add(templates *template.Template, from chart) {
	files, err := filepath.Glob(filepath.Join(from.path, "templates", "*"))
	fail(err)
	for _, file := range files {
		partial := strings.HasPrefix(filepath.Base(file), "_")
		if from.Type == "library" && !partial {
			continue
		}
		name := from.Name + "/templates/" + filepath.Base(file)
		_, err := templates.New(name).Parse(string(read(file)))
		fail(err)
	}
}

func functions(templates *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	include := func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := templates.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["include"] = include
	all["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if text, isText := value.(string); value == nil || (isText && text == "") {
			return value, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	return all
}

func validate(of chart, values interface{}) {
	schema, err := os.ReadFile(filepath.Join(of.path, "values.schema.json"))
	if os.IsNotExist(err) {
		return
	}
	fail(err)
	text, err := json.Marshal(values)
	fail(err)
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewBytesLoader(text))
	fail(err)
	for _, problem := range result.Errors() {
		fmt.Fprintf(os.Stderr, "%s: %s\n", of.Name, problem)
	}
	if !result.Valid() {
		os.Exit(1)
	}
}

func print(templates *template.Template, top chart, values object) {
	data := object{
		"Values":  values,
		"Chart":   object{"Name": top.Name, "Version": top.Version, "AppVersion": top.AppVersion},
		"Release": object{"Name": "demo", "Namespace": "default", "Revision": 3, "Service": "Helm"},
	}
	for _, each := range templates.Templates() {
		base := filepath.Base(each.Name())
		if !strings.HasPrefix(each.Name(), top.Name+"/templates/") || strings.HasPrefix(base, "_") {
			continue
		}
		var out bytes.Buffer
		fail(templates.ExecuteTemplate(&out, each.Name(), data))
		fmt.Printf("---\n%s\n", strings.ReplaceAll(out.String(), "<no value>", ""))
	}
}

// merge gives the values of both; where both have one, the second's, maps merged.
func merge(one, other object) object {
	all := object{}
	for key, value := range one {
		all[key] = value
	}
	for key, value := range other {
		below, isMap := value.(object)
		before, wasMap := all[key].(object)
		if isMap && wasMap {
			value = merge(before, below)
		}
		all[key] = value
	}
	return all
}

func parse(text []byte) object {
	values := object{}
	fail(yaml.Unmarshal(text, &values))
	return values
}

func read(path string) []byte {
	text, err := os.ReadFile(path)
	fail(err)
	return text
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
