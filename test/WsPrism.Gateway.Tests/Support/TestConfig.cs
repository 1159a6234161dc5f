using System.Text;
using WsPrism.Configuration;
using WsPrism.Core.Configuration;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>
/// A configuration as YAML text: tenant <c>acme</c> to be set up as a test wants it, and <c>zeta</c> for bystanders. Wide limits unless said otherwise,
/// ports that the system chooses.
/// </summary>
internal sealed class TestConfig
{
    private readonly SortedDictionary<string, string> _gateway = new(StringComparer.Ordinal)
    {
        ["listen"] = "\"127.0.0.1:0\"",
        ["tcp.listen"] = "\"127.0.0.1:0\"",
        ["admin.listen"] = "\"127.0.0.1:0\"",

        // The same tests on event loops and on strands: ./check runs them both ways.
        ["io"] = Environment.GetEnvironmentVariable("WSPRISM_TEST_IO") ?? "auto",
        ["handshake_limit.enabled"] = "false",
        ["writer_send_timeout_ms"] = "60000",
        ["drain_grace_ms"] = "0",

        // No pings among what a slow machine's test awaits.
        ["ping_interval_ms"] = "120000",
        ["idle_timeout_ms"] = "600000",
    };

    private readonly SortedDictionary<string, string> _tenant = new(StringComparer.Ordinal)
    {
        ["auth.dev_tickets"] = "{t-alice: \"user:alice\", t-bob: \"user:bob\", t-carol: \"user:carol\", \"load-*\": \"user:load-*\"}",
        ["limits.max_frame_bytes"] = "4096",
        ["policy.rate_limit_rps"] = "1000000",
        ["policy.rate_limit_burst"] = "1000000",
        ["policy.ext_allowlist"] = "[\"room:*\", \"chat:*\", \"game:*\", \"sys:*\"]",
        ["policy.hot_allowlist"] = "[\"1:*\", \"250:*\"]",
        ["policy.hot_requires_active_room"] = "false",
        ["policy.sessions.max_sessions_per_user"] = "1000",
    };

    private readonly List<string> _more = [];

    private Func<WsPrismConfig, WsPrismConfig> _change = config => config;

    /// <summary>Sets a key of <c>gateway</c>, by its path.</summary>
    public TestConfig Gateway(string key, string yaml) => Set(_gateway, key, yaml);

    /// <summary>Sets a key of the tenant <c>acme</c>, by its path.</summary>
    public TestConfig Tenant(string key, string yaml) => Set(_tenant, key, yaml);

    /// <summary>Adds a tenant, as YAML.</summary>
    public TestConfig More(string yaml)
    {
        _more.Add(yaml);
        return this;
    }

    /// <summary>Changes what was loaded, for values that no file may have.</summary>
    public TestConfig Change(Func<WsPrismConfig, WsPrismConfig> change)
    {
        _change = change;
        return this;
    }

    public WsPrismConfig Load()
    {
        var result = ConfigLoader.LoadText(Text(), "test.yaml");
        Assert.Empty(result.Errors);
        return _change(result.Config!);
    }

    /// <summary>Loads it as a reload does: what is wrong is told.</summary>
    public ConfigLoadResult TryLoad()
    {
        var result = ConfigLoader.LoadText(Text(), "test.yaml");
        return result with { Config = result.Config is null ? null : _change(result.Config) };
    }

    public string Text() => $$$"""
        version: 1
        gateway: {{{Flow(_gateway, 0)}}}
        tenants:
          - {{{Flow(new SortedDictionary<string, string>(_tenant, StringComparer.Ordinal) { ["id"] = "acme" }, 0)}}}
          - id: zeta
            auth: {dev_tickets: {z-ticket: "user:zoe", t-alice: "user:other-alice"}}
            limits: {max_frame_bytes: 4096}
            policy: {rate_limit_rps: 1000000, rate_limit_burst: 1000000, ext_allowlist: ["room:*", "chat:*"], sessions: {max_sessions_per_user: 1000}}

        """ + string.Concat(_more.Select(tenant => $"  - {tenant}\n"));

    private TestConfig Set(SortedDictionary<string, string> keys, string key, string yaml)
    {
        foreach (var below in keys.Keys.Where(other => other.StartsWith(key + ".", StringComparison.Ordinal)).ToArray())
        {
            keys.Remove(below);
        }

        keys[key] = yaml;
        return this;
    }

    // Keys are paths: those with the same first step become one flow mapping.
    private static string Flow(SortedDictionary<string, string> keys, int depth)
    {
        var text = new StringBuilder("{");
        foreach (var group in keys.GroupBy(entry => entry.Key.Split('.')[depth]))
        {
            text.Append(text.Length > 1 ? ", " : string.Empty).Append(group.Key).Append(": ");
            if (group.Count() == 1 && group.First().Key.Split('.').Length == depth + 1)
            {
                text.Append(group.First().Value);
            }
            else
            {
                text.Append(Flow(new SortedDictionary<string, string>(group.ToDictionary(), StringComparer.Ordinal), depth + 1));
            }
        }

        return text.Append('}').ToString();
    }
}
