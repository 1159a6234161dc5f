using System.Text.Json;
using WsPrism.Core.Delivery;

namespace WsPrism.Core.Dispatch;

/// <summary>Writes a ledger as <c>sys.stats</c> answers it: an object per class, a number per fate.</summary>
internal static class LedgerJson
{
    public static void Write(Ledger ledger, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        for (var i = 0; i < DeliveryClasses.Count; i++)
        {
            var cls = (DeliveryClass)i;
            json.WriteStartObject(DeliveryClasses.Names[i]);
            json.WriteNumber("accepted"u8, ledger.Accepted(cls));
            json.WriteNumber("delivered"u8, ledger.Count(cls, Fate.Delivered));
            json.WriteNumber("conflated"u8, ledger.Count(cls, Fate.Conflated));
            json.WriteNumber("expired"u8, ledger.Count(cls, Fate.Expired));
            json.WriteNumber("overflow"u8, ledger.Count(cls, Fate.Overflow));
            json.WriteNumber("session_closed"u8, ledger.Count(cls, Fate.SessionClosed));
            json.WriteNumber("queued"u8, ledger.Queued(cls));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
