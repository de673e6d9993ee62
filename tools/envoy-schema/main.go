// Command envoy-schema writes the protobuf descriptors of Envoy's v3 API, of its contrib extensions and of the Istio
// resources that carry Envoy configuration as one FileDescriptorSet, dependencies first.
//
// Only what configuration needs is kept: no source locations, services, language options or JSON names that follow
// from the field's name (the reader restores those).
//
// To write it again, in this directory:
//
//	go generate && go run . ../../src/envoy/descriptors.generated.binpb && node types.mjs
package main

//go:generate ./imports.sh

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"sort"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// roots are the files somebody may name in a configuration; everything they import comes with them.
var roots = regexp.MustCompile(`^(contrib/)?envoy/(config|extensions|type|annotations|data/(accesslog|core))/` +
	`|^envoy/service/(auth|ext_proc|ratelimit|rate_limit_quota)/` +
	`|^(xds|udpa)/(annotations|core|data|type)/` +
	`|^validate/validate\.proto$` +
	`|^google/protobuf/(any|duration|empty|field_mask|struct|timestamp|wrappers|descriptor)\.proto$` +
	`|^extensions/v1alpha1/|^networking/v1alpha3/envoy_filter\.proto$`)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: envoy-schema OUTPUT")
	}
	set := collect()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], raw, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(os.Stderr, "%d files, %d bytes\n", len(set.File), len(raw))
}

// collect gathers the root files and what they import, each file after its imports.
func collect() *descriptorpb.FileDescriptorSet {
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(file protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		imports := file.Imports()
		for i := range imports.Len() {
			imported := imports.Get(i).FileDescriptor
			if imported.IsPlaceholder() {
				log.Fatalf("%s imports %s, which is not linked in: add its package to imports.sh", file.Path(), imported.Path())
			}
			add(imported)
		}
		descriptor := protodesc.ToFileDescriptorProto(file)
		strip(descriptor)
		set.File = append(set.File, descriptor)
	}

	var paths []string
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if roots.MatchString(file.Path()) {
			paths = append(paths, file.Path())
		}
		return true
	})
	sort.Strings(paths)
	for _, path := range paths {
		file, err := protoregistry.GlobalFiles.FindFileByPath(path)
		if err != nil {
			log.Fatal(err)
		}
		add(file)
	}
	return set
}

// strip drops what only code generators for other languages read.
func strip(file *descriptorpb.FileDescriptorProto) {
	file.SourceCodeInfo = nil
	file.Service = nil
	if options := file.Options; options != nil {
		options.JavaPackage = nil
		options.JavaOuterClassname = nil
		options.JavaMultipleFiles = nil
		options.GoPackage = nil
		options.CcEnableArenas = nil
		options.ObjcClassPrefix = nil
		options.CsharpNamespace = nil
		options.RubyPackage = nil
	}
	for _, extension := range file.Extension {
		stripField(extension)
	}
	for _, message := range file.MessageType {
		stripMessage(message)
	}
}

func stripMessage(message *descriptorpb.DescriptorProto) {
	for _, field := range message.Field {
		stripField(field)
	}
	for _, nested := range message.NestedType {
		stripMessage(nested)
	}
}

func stripField(field *descriptorpb.FieldDescriptorProto) {
	if field.GetJsonName() == jsonName(field.GetName()) {
		field.JsonName = nil
	}
}

// jsonName is protoc's lowerCamelCase of a field name.
func jsonName(name string) string {
	var out []byte
	upper := false
	for i := range len(name) {
		char := name[i]
		switch {
		case char == '_':
			upper = true
		case upper && char >= 'a' && char <= 'z':
			out = append(out, char-'a'+'A')
			upper = false
		default:
			out = append(out, char)
			upper = false
		}
	}
	return string(out)
}
