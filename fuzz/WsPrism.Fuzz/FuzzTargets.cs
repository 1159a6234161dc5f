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
        new LinkTarget(),
        new JwsTarget(),
        new ServiceAnswerTarget(),
        new HistoryTarget(),
        new JwkSetTarget(),
        new PolicyTarget(),
        new YamlTarget(),
        new WasmTarget(),
        new WasmCodeTarget()
    ];
}
