using WsPrism.Core.Configuration;

namespace WsPrism.Core.Sessions;

/// <summary>The times of the <c>gateway</c> section that rule a session. Immutable.</summary>
internal sealed record SessionTimings(int PingIntervalMs, int IdleTimeoutMs, int WriterSendTimeoutMs)
{
    public static SessionTimings From(GatewayConfig gateway) => new(gateway.PingIntervalMs, gateway.IdleTimeoutMs, gateway.WriterSendTimeoutMs);
}
