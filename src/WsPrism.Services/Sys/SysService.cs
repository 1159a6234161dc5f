using WsPrism.Protocol;

namespace WsPrism.Services.Sys;

/// <summary>The <c>sys</c> service: the client's clock, its ticket and its own ledger (PROTOCOL §3, §5). Stateless, safe for all threads.</summary>
public sealed class SysService : IExtService
{
    /// <inheritdoc/>
    public string Name => "sys";

    /// <inheritdoc/>
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (message.Type.SequenceEqual("ping"u8))
        {
            Ping(message, context);
        }
        else if (message.Type.SequenceEqual("stats"u8))
        {
            ((ISystemContext)context).WriteLedger(context.BeginData());
            context.Answer();
        }
        else if (message.Type.SequenceEqual("refresh"u8))
        {
            Refresh(message, context);
        }
        else
        {
            context.Fail(ErrorCode.BadRequest, "sys knows ping, stats and refresh.");
        }
    }

    private static void Ping(in ExtMessage message, IExtContext context)
    {
        var json = context.BeginData();
        json.WriteStartObject();
        if (JsonFields.TryFind(message.Data, "client_time"u8, out var clientTime))
        {
            if (clientTime[0] != (byte)'-' && !char.IsAsciiDigit((char)clientTime[0]))
            {
                context.Fail(ErrorCode.BadRequest, "client_time must be a number.");
                return;
            }

            json.WritePropertyName("client_time"u8);
            json.WriteRawValue(clientTime, skipInputValidation: true);
        }

        json.WriteNumber("server_time_ms"u8, context.ServerTimeMs);
        json.WriteEndObject();
        context.Send("pong"u8);
    }

    private static void Refresh(in ExtMessage message, IExtContext context)
    {
        Span<byte> buffer = stackalloc byte[4_096];
        if (!JsonFields.TryFindString(message.Data, "ticket"u8, out var token) || !JsonFields.TryUnescape(token, buffer, out var ticket))
        {
            context.Fail(ErrorCode.BadRequest, "refresh needs data {\"ticket\":\"…\"}.");
        }
        else
        {
            ((ISystemContext)context).RefreshTicket(ticket);
        }
    }
}
