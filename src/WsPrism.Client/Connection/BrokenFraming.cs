using System.Globalization;
using System.Net.WebSockets;
using WsPrism.Protocol;

namespace WsPrism.Client.Connection;

// What .NET's WebSocket says when the other side breaks RFC 6455: it has sent the close frame by itself and does not tell the code. Stateless.
internal static class BrokenFraming
{
    private static readonly string NothingSpecial = new WebSocketException(WebSocketError.Faulted).Message;

    /// <summary>The end that it is: a bug of the other side, from which nobody should come back. Null for a connection that is merely lost.</summary>
    public static CloseReason? Find(Exception exception)
    {
        if (exception is not WebSocketException { WebSocketErrorCode: WebSocketError.Faulted } broken)
            return null;

        // Of framing it says what is wrong with it; of text that is not UTF-8 nothing.
        var code = broken.InnerException is null && broken.Message == NothingSpecial ? CloseCode.InvalidUtf8 : CloseCode.ProtocolError;
        return new CloseReason(CloseCause.ClosedByGateway, code.ToString(CultureInfo.InvariantCulture), code, exception: exception);
    }
}
