using System.Reflection;
using WsPrism.ApiDoc;

// Writes what the packages show to others as Markdown, one page for each type: WsPrism.ApiDoc FOLDER. Public members without a word about them make it fail.
if (args is not [var folder])
{
    Console.Error.WriteLine("usage: WsPrism.ApiDoc FOLDER");
    return 2;
}

string[] names = ["WsPrism.Client", "WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Wasm"];
var packages = Array.ConvertAll(names, name => Package.Load(Assembly.Load(name)));
var writer = new MarkdownWriter(packages);
foreach (var package in packages)
{
    Write($"{package.Name}/index.md", PackagePage.Of(package, writer));
    foreach (var type in package.Types)
        Write($"{package.Name}/{Package.FileOf(type)}.md", TypePage.Of(package, type, writer));
}

Write("index.md", IndexPage.Of(packages));
var missing = packages.SelectMany(package => package.Undocumented).ToArray();
foreach (var member in missing)
    Console.Error.WriteLine($"nothing is said about {member}");
return missing.Length == 0 ? 0 : 1;

void Write(string name, string text)
{
    var path = Path.Combine(folder, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllText(path, text);
}
