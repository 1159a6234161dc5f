using System.Text;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Ext;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>Checks names that come in paths and bodies; a wrong one is a problem that names its place.</summary>
internal static class ApiNames
{
    // Session ids are 26 characters; others may be asked for and are not there.
    private const int MaxSessionLength = 64;

    public static byte[] Room(string name, string place = "room")
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        return EnvelopeRules.IsRoom(utf8) ? utf8 : throw ApiJson.Wrong(place, "must be 1 to 128 bytes without control characters");
    }

    public static string User(string name, string place = "user") =>
        name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= Identity.MaxUserBytes && !name.Any(char.IsControl)
            ? name
            : throw ApiJson.Wrong(place, "must be 1 to 128 bytes without control characters");

    public static string Session(string id, string place = "session") =>
        id.Length is > 0 and <= MaxSessionLength ? id : throw ApiJson.Wrong(place, "must be the id of a session");

    public static PublishTarget ToRoom(string name, string place = "room")
    {
        Room(name, place);
        return new PublishTarget(PublishTargetKind.Room, name);
    }

    public static PublishTarget ToUser(string name, string place = "user") => new(PublishTargetKind.User, User(name, place));

    public static PublishTarget ToSession(string id, string place = "session") => new(PublishTargetKind.Session, Session(id, place));
}
