using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using WsPrism.Configuration.Description;
using WsPrism.Configuration.Sections;

namespace WsPrism.Configuration.Tests;

/// <summary>What is asked of the description of the file as a whole, key by key.</summary>
public sealed class DescriptionTests
{
    public static TheoryData<string> Ranges => [.. DescribedKey.All.Where(key => key.Spec.Value is IntSpec).Select(key => key.Path)];

    public static TheoryData<string> Paths => [.. DescribedKey.All.Select(key => key.Path)];

    [Theory]
    [MemberData(nameof(Ranges))]
    public void The_ends_of_a_range_are_taken_and_what_is_beyond_is_not(string path)
    {
        var key = DescribedKey.Find(path);
        var range = (IntSpec)key.Spec.Value;

        Assert.Null(RangeError(key, range.Min));
        Assert.Null(RangeError(key, range.Max));
        Assert.Equal($"must be {range.Expected}, got {range.Min - 1L}", RangeError(key, range.Min - 1L));
        Assert.Equal($"must be {range.Expected}, got {range.Max + 1L}", RangeError(key, range.Max + 1L));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_key_written_twice_or_as_an_alias_or_without_a_value_is_an_error(string path)
    {
        var key = DescribedKey.Find(path);
        var file = key.FileWith(JsonValue.Create("PLACE"));

        foreach (var wrong in new[] { "", "*alias", "!!str y", $"[[]], \"{key.Spec.Name}\": 1" })
        {
            var result = ConfigLoader.LoadText(file.Replace("\"PLACE\"", wrong, StringComparison.Ordinal), "w.yaml");
            Assert.Contains(result.Errors, error => error.Path == key.PathInFile);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_key_has_a_sentence_that_describes_it(string path)
    {
        var doc = DescribedKey.Find(path).Spec.Doc;

        Assert.EndsWith(".", doc, StringComparison.Ordinal);
        Assert.Contains($"| {doc.Replace("|", "\\|", StringComparison.Ordinal)} |", ConfigReference.WriteMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_property_of_every_record_has_a_key()
    {
        foreach (var section in DescribedKey.All.Select(key => key.Section).Append(RootSection.Root).Distinct())
        {
            var properties = section.RecordType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);
            Assert.Equal(properties.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName), section.Keys.Select(key => key.Name));
        }
    }

    private static string? RangeError(DescribedKey key, long value) =>
        ConfigLoader.LoadText(key.FileWith(JsonValue.Create(value)), "w.yaml").Errors
            .SingleOrDefault(error => error.Path == key.PathInFile && error.Message.StartsWith("must be", StringComparison.Ordinal))?.Message;
}
