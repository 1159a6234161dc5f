using System.Buffers;
using System.Globalization;
using System.Text;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Writes the Prometheus text exposition format, version 0.0.4. Label values come from the configuration and from the program alone.</summary>
internal sealed class PrometheusWriter
{
    private readonly IBufferWriter<byte> _output;

    public PrometheusWriter(IBufferWriter<byte> output) => _output = output;

    /// <summary>Begins a family: <paramref name="type"/> is <c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public void Family(string name, string type, string help) => Write($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var line = new StringBuilder(name);
        for (var i = 0; i < labels.Length; i++)
        {
            line.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
        }

        line.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        Write(line.ToString());
    }

    /// <summary>
    /// The samples of one histogram: buckets that are counted one by one, the last of them for what is above all bounds, and the sum of what was recorded.
    /// </summary>
    public void Histogram(
        string name, ReadOnlySpan<double> bounds, ReadOnlySpan<long> buckets, double sum, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var count = 0L;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            var bound = i < bounds.Length ? bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
            Sample(name + "_bucket", count, [.. labels, ("le", bound)]);
        }

        Sample(name + "_sum", sum, labels);
        Sample(name + "_count", count, labels);
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private void Write(string text) => _output.Write(Encoding.UTF8.GetBytes(text));
}
