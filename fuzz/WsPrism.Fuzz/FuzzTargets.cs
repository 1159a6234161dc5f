using WsPrism.Fuzz.Targets;

namespace WsPrism.Fuzz;

internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new EnvelopeTarget(),
        new HotTarget(),
        new WebSocketTarget(),
        new DeflateTarget(),
        new HandshakeTarget(),
        new ProxyTarget(),
        new TcpTarget(),
        new ResumeTarget(),
        new LinkTarget(),
        new ClientTarget(),
        new JwsTarget(),
        new ServiceAnswerTarget(),
        new FilterAnswerTarget(),
        new HistoryTarget(),
        new JwkSetTarget(),
        new MarketTarget(),
        new PolicyTarget(),
        new ServicesTarget(),
        new YamlTarget(),
        new WasmTarget(),
        new WasmCodeTarget(),
        new LuaPatternTarget(),
        new LuaJsonTarget()
    ];
}
