using System.Globalization;
using System.Text.RegularExpressions;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>The Prometheus text format 0.0.4, read strictly: anything that its grammar does not allow fails the test.</summary>
internal sealed partial class Metrics
{
    private readonly Dictionary<string, (string Type, List<Sample> Samples)> _families = [];

    public IEnumerable<Sample> Samples => _families.Values.SelectMany(family => family.Samples);

    public IReadOnlyCollection<string> Families => _families.Keys;

    public static Metrics Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var metrics = new Metrics();
        string? help = null;
        string? family = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = HelpLine().Match(line) is { Success: true } match ? match.Groups[1].Value : throw Wrong(line);
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var match = TypeLine().Match(line);
                Assert.True(match.Success, line);
                family = match.Groups[1].Value;
                Assert.Equal(help, family);
                Assert.True(metrics._families.TryAdd(family, (match.Groups[2].Value, [])), $"{family} comes twice");
            }
            else
            {
                metrics.Add(line, family);
            }
        }

        metrics.Check();
        return metrics;
    }

    /// <summary>The sum of the samples of a name that have these labels.</summary>
    public double Sum(string name, params (string Name, string Value)[] labels) =>
        Samples.Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Sum(sample => sample.Value);

    private static Exception Wrong(string line) => new FormatException($"Not Prometheus text: {line}");

    private void Add(string line, string? family)
    {
        var match = SampleLine().Match(line);
        Assert.True(match.Success && family is not null, line);
        var name = match.Groups["name"].Value;
        var (type, samples) = _families[family!];
        Assert.True(name == family || (type == "histogram" && name[family!.Length..] is "_bucket" or "_sum" or "_count"), $"{name} stands below {family}");
        var labels = new Dictionary<string, string>();
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
        {
            Assert.True(labels.TryAdd(label.Groups[1].Value, Regex.Unescape(label.Groups[2].Value)), line);
        }

        var value = match.Groups["value"].Value == "+Inf" ? double.PositiveInfinity : double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
        var sample = new Sample(name, labels, value);
        Assert.DoesNotContain(samples, other => other.Name == name && other.Labels.Count == labels.Count && !other.Labels.Except(labels).Any());
        samples.Add(sample);
    }

    private void Check()
    {
        foreach (var (name, (type, samples)) in _families)
        {
            if (type == "counter")
            {
                Assert.EndsWith("_total", name, StringComparison.Ordinal);
                Assert.All(samples, sample => Assert.True(sample.Value >= 0));
            }

            if (type == "histogram")
            {
                CheckHistogram(samples);
            }
        }
    }

    // Buckets are cumulative, in order, and the last is +Inf and the count.
    private static void CheckHistogram(List<Sample> samples)
    {
        foreach (var series in samples.GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key).Select(label => label.Value))))
        {
            var buckets = series.Where(sample => sample.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToArray();
            Assert.Equal(buckets.OrderBy(bucket => bucket.Value).Select(bucket => bucket.Value), buckets.Select(bucket => bucket.Value));
            Assert.Equal("+Inf", buckets[^1].Labels["le"]);
            Assert.Equal(buckets[^1].Value, series.Single(sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
            Assert.Single(series, sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex("^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) [^\n]+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*")*)\})? (?<value>[-+]?[0-9]+(\.[0-9]+)?(E[-+]?[0-9]+)?|\+Inf|-Inf|NaN)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex Label();

    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
}
