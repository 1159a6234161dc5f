using System.Globalization;
using System.Text;
using System.Text.Json;
using WsPrism.Configuration;

namespace WsPrism.Gateway.Cli.PluginTest;

/// <summary>Writes the configuration that a plugin is tried with: one tenant that allows everything, on ports that the system chooses.</summary>
internal static class TrialConfig
{
    public const string Tenant = "test";

    /// <summary>The ticket and the user of the client that shows what the room gets.</summary>
    public const string Observer = "user:observer";

    public static ConfigLoadResult Load(TrialOptions options)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$$"""
            version: 1
            gateway: {listen: "127.0.0.1:0", admin: {listen: "127.0.0.1:0"}, handshake_limit: {enabled: false}, drain_grace_ms: 0, writer_send_timeout_ms: 60000}
            tenants:
              - id: {{{Tenant}}}
                auth: {dev_tickets: {sender: {{{Quote(options.User)}}}, observer: "{{{Observer}}}"}}
                policy:
                  rate_limit_rps: 1000000
                  rate_limit_burst: 1000000
                  hot_requires_active_room: false
                  ext_allowlist: ["room:*", "sys:*", "chat:*", "game:*", "{{{TrialEcho.ServiceName}}}:*", "{{{options.Name}}}:*"]
                  hot_allowlist: [{{{string.Join(", ", SvcIds(options).Select(id => $"\"{id}:*\""))}}}]
                services:
                  hot: { {{{string.Join(", ", SvcIds(options).Select(id => $"{id}: {options.Name}"))}}} }
                  filters: [{{{(options.IsFilter ? options.Name : string.Empty)}}}]
                  ext:
                    - { {{{Service(options)}}} }

            """);
        return ConfigLoader.LoadText(text.ToString(), "plugin test");
    }

    private static IEnumerable<byte> SvcIds(TrialOptions options) => options.HotFrames.Select(frame => Convert.FromHexString(frame)[0]).Distinct();

    private static string Service(TrialOptions options)
    {
        var text = $"name: {options.Name}, kind: {options.Kind}, {(options.Kind == "native" ? "assembly" : "file")}: {Quote(Path.GetFullPath(options.File))}";
        if (options.Class is not null)
        {
            text += $", class: {Quote(options.Class)}";
        }

        return options.Settings.Count == 0
            ? text
            : $"{text}, settings: {{{string.Join(", ", options.Settings.Select(setting => $"{Quote(setting.Key)}: {Quote(setting.Value)}"))}}}";
    }

    // A string of JSON is one of YAML; the configuration's own ${} is not meant.
    private static string Quote(string text) => JsonSerializer.Serialize(text.Replace("${", "$${", StringComparison.Ordinal));
}
