using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

/// <summary>What the tests of the link share: the tenant <c>acme</c> with two services of workers, one of them on both lanes.</summary>
public abstract class LinkTests
{
    internal static TestConfig Config(int timeoutMs = 60_000) => new TestConfig()
        .Tenant("services.ext", $"[{{name: trade, kind: rpc, timeout_ms: {timeoutMs}}}, {{name: quiz, kind: rpc, timeout_ms: {timeoutMs}}}]")
        .Tenant("services.hot", "{1: game, 5: trade, 250: echo}")
        .Tenant("policy.ext_allowlist", "[\"room:*\", \"chat:*\", \"sys:*\", \"trade:*\", \"quiz:*\"]")
        .Tenant("policy.hot_allowlist", "[\"1:*\", \"5:*\", \"250:*\"]");

    internal static Task<ApiUnderTest> StartAsync(TestConfig? config = null) => ApiUnderTest.StartAsync(config ?? Config());
}
