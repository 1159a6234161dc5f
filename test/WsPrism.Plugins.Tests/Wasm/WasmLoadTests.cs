using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Plugins.Tests.Wasm;

public sealed class WasmLoadTests
{
    [Theory]
    [InlineData("wasi", "wasi.wasm imports wasi_snapshot_preview1.fd_write, but there is no WASI here: build it freestanding")]
    [InlineData("import-other", "import-other.wasm imports env.abort, which is not offered; there is wsprism.log, wsprism.now_ms, wsprism.publish")]
    [InlineData("import-type", "import-type.wasm imports wsprism.publish as a function (i32, i32) -> (), it is a function (i32, i32) -> (i32)")]
    [InlineData("import-memory", "import-memory.wasm imports wsprism.memory, which is not offered; there is wsprism.log, wsprism.now_ms, wsprism.publish")]
    [InlineData("no-memory", "no-memory.wasm must export a memory \"memory\"")]
    [InlineData("no-alloc", "no-alloc.wasm must export a function \"alloc\" (i32) -> (i32)")]
    [InlineData("wrong-alloc", "wrong-alloc.wasm exports \"alloc\" as a global, it must be a function (i32) -> (i32)")]
    [InlineData("wrong-type", "wrong-type.wasm exports \"on_message\" as a function (i32, i32) -> (i32), it must be a function (i32, i32) -> (i64)")]
    [InlineData("two-pages", "two-pages.wasm wants 131072 bytes of memory from the start, memory_bytes allows 65536")]
    [InlineData("start-loop", "start-loop.wasm cannot be instantiated, its start trapped: out of fuel")]
    public void What_is_wrong_with_a_module_is_said_before_it_is_in_force(string module, string problem)
    {
        var problems = Prepare(Modules.Service("m", Modules.Test(module)) with { MemoryBytes = 65_536 });

        Assert.Equal(new PluginProblem("tenants[0].services.ext[0].file", problem), Assert.Single(problems));
    }

    [Fact]
    public void A_module_with_just_as_much_memory_as_it_may_have_is_good() =>
        Assert.Empty(Prepare(Modules.Service("m", Modules.Test("two-pages")) with { MemoryBytes = 131_072 }));

    [Fact]
    public void What_is_no_module_is_refused()
    {
        var problem = Assert.Single(Prepare(Modules.Service("m", new PluginFile("/plugins/text.wasm", "(module)"u8.ToArray()))));

        Assert.StartsWith("text.wasm is no module of WebAssembly 2.0 without SIMD: ", problem.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<PluginProblem> Prepare(ExtServiceConfig service)
    {
        using var log = new LogCollector(Microsoft.Extensions.Logging.LogLevel.Information);
        using var plugins = new PluginServices(PluginKinds.Create(new ManualTime(), log));
        return plugins.Prepare(new WsPrismConfig { Gateway = new GatewayConfig(), Tenants = [new TenantConfig { Id = "acme", Services = new ServicesConfig { Ext = [service] } }] });
    }
}
