using System.Text;
using WsPrism.Configuration.Description;

namespace WsPrism.Configuration.Sections;

/// <summary>The kinds of text that keys hold. Patterns are in the subset that .NET and ECMAScript share: the JSON Schema has them too.</summary>
internal static class Texts
{
    public const int MaxNameBytes = 128;

    private const string ListenExpected = "host:port with an IP address, localhost or *, [v6]:port, or unix:/absolute/path";
    private const string ListenPattern = @"unix:/.+|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}|(\*|localhost|[0-9.]+):[0-9]{1,5}";
    private const string HttpUrlExpected = "an http:// or https:// URL without user, password and fragment";
    private const string HttpUrlPattern = @"https?://[^@#/?\s]+([/?][^#\s]*)?";
    private const string Name = "[a-z][a-z0-9_.-]{0,63}";
    private const string Byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

    public static readonly TextSpec Listen = new(ListenExpected, $"^({ListenPattern})$")
    {
        Check = text => ListenAddress.TryParse(text, out _),
    };

    public static readonly TextSpec ListenOrOff = new($"{ListenExpected}, or nothing", $"^({ListenPattern})?$")
    {
        Check = text => text.Length == 0 || ListenAddress.TryParse(text, out _),
    };

    public static readonly TextSpec Network = new("an IP address or a CIDR such as 10.0.0.0/8", "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$")
    {
        Check = IpText.IsNetwork,
        Hint = IpText.NetworkHint,
    };

    public static readonly TextSpec Secret = new("a string", "^.+$") { Secret = true };

    public static readonly TextSpec ServiceName = new("a name: [a-z][a-z0-9_.-]{0,63}", $"^{Name}$");

    public static readonly TextSpec HotService = new("game, market, echo or the name of a service with kind rpc or native", $"^{Name}$");

    public static readonly TextSpec ClassName = new("the full name of a class, 1 to 512 characters", "^[^\\s]{1,512}$");

    public static readonly TextSpec SettingName = new("a name of 1 to 64 characters of a-z, A-Z, 0-9, . _ and -", "^[A-Za-z0-9._-]{1,64}$");

    public static readonly TextSpec SettingValue = new("a string of at most 4,096 characters", "^.{0,4096}$") { Secret = true };

    public static readonly TextSpec Url = new("an http or https URL of at most 2,048 characters, without user:password@ and #fragment", "^https?://[^ @#]{1,2040}$")
    {
        // A wrong one may hold a password.
        Secret = true,
        Check = text => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 && url.UserInfo.Length == 0,
    };

    public static readonly TextSpec WebhookSecret = new("whsec_ and base64 of 24 to 64 bytes", "^whsec_[A-Za-z0-9+/]{32,88}={0,2}$")
    {
        Secret = true,
        Check = text =>
        {
            Span<byte> key = stackalloc byte[96];
            return Convert.TryFromBase64String(text["whsec_".Length..], key, out var length) && length is >= 24 and <= 64;
        },
    };

    public static readonly TextSpec ApiKey = new("32 to 512 characters of A-Z, a-z, 0-9, . _ ~ + / = -", "^[A-Za-z0-9._~+/=-]{32,512}$") { Secret = true };

    public static readonly TextSpec Category = new("a log category such as WsPrism.Sessions, 1 to 200 characters", "^[A-Za-z_][A-Za-z0-9_.+-]{0,199}$");

    public static readonly TextSpec TenantId = new("1 to 64 characters of a-z, 0-9, _ and -, the first a letter or a digit", "^[a-z0-9][a-z0-9_-]{0,63}$");

    public static readonly TextSpec Ticket = new(
        "1 to 512 characters of A-Z, a-z, 0-9, . _ ~ -, with * only at the end and not alone",
        "^[A-Za-z0-9._~-]{1,511}([A-Za-z0-9._~-]|\\*)?$");

    public static readonly TextSpec User = new(
        "1 to 128 bytes without control characters, with * only at the end and not alone",
        "^[^*]{1,127}([^*]|\\*)?$")
    {
        Check = FitsName,
    };

    public static readonly TextSpec KeyId = new("1 to 128 printable ASCII characters", "^[ -~]{1,128}$");

    public static readonly TextSpec ClaimName = new("the name of a claim, 1 to 128 characters", "^.{1,128}$");

    public static readonly TextSpec ClaimValue = new("a string of at most 1,024 characters", "^.{0,1024}$");

    public static readonly TextSpec HttpUrl = new(HttpUrlExpected, $"^{HttpUrlPattern}$") { Check = IsHttpUrl };

    public static readonly TextSpec HttpUrlOrNone = new($"{HttpUrlExpected}, or nothing", $"^({HttpUrlPattern})?$")
    {
        Check = text => text.Length == 0 || IsHttpUrl(text),
    };

    public static readonly TextSpec Origin = new(
        "an origin as browsers send it, scheme://host[:port] in lower case without a path, or null",
        @"^(null|[a-z][a-z0-9+.-]*://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)$")
    {
        Hint = OriginHint,
    };

    public static readonly TextSpec ExtAllow = new("svc:type or svc:*, for example room:join", $@"^{Name}:(\*|{Name})$");

    public static readonly TextSpec HotAllow = new("svc_id:opcode or svc_id:*, decimal numbers from 0 to 255", $@"^{Byte}:(\*|{Byte})$");

    public static readonly TextSpec RoomMatch = new(
        "a room name of 1 to 128 bytes without control characters, with * only at the end",
        @"^([^*]{1,128}|[^*]{0,127}\*)$")
    {
        Check = FitsName,
    };

    private static bool IsHttpUrl(string text) => text.Length <= 2_048 && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0;

    private static bool FitsName(string text) => Encoding.UTF8.GetByteCount(text) <= MaxNameBytes;

    private static string OriginHint(string text)
    {
        if (text == "*")
            return " (an empty list lets any origin connect)";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? $", did you mean \"{uri.Scheme}://{uri.Authority}\"?"
            : "";
    }
}
