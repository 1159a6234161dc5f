using System.Text;
using WsPrism.Core.Tickets;

namespace WsPrism.Core.Sessions;

/// <summary>Who a valid ticket speaks for, and what else it says. Immutable.</summary>
internal sealed class Identity
{
    /// <summary>The longest name of a user, in bytes of UTF-8; as long as a room's.</summary>
    public const int MaxUserBytes = 128;

    /// <summary>The role of those who publish to the market.</summary>
    public const string PublisherRole = "publisher";

    public Identity(string user)
    {
        User = user;
        UserUtf8 = Encoding.UTF8.GetBytes(user);
    }

    /// <summary>The user, unique within the tenant.</summary>
    public string User { get; }

    /// <summary><see cref="User"/> as UTF-8.</summary>
    public byte[] UserUtf8 { get; }

    /// <summary>The first millisecond since 1970 at which the ticket is no longer good; null for one that does not end.</summary>
    public long? ExpiresAtMs { get; init; }

    /// <summary>When the ticket was issued, in milliseconds since 1970; null where it does not say.</summary>
    public long? IssuedAtMs { get; init; }

    /// <summary>True where the ticket can be used once only.</summary>
    public bool IsOneTime { get; init; }

    /// <summary>The ticket's own name (<c>jti</c>); null where it has none.</summary>
    public string? TicketId { get; init; }

    /// <summary>What the user may do beyond others.</summary>
    public IReadOnlyList<string> Roles
    {
        get;
        init
        {
            field = value;
            IsPublisher = value.Contains(PublisherRole);
        }
    } = [];

    /// <summary>True for who may publish to the market.</summary>
    public bool IsPublisher { get; private init; }

    /// <summary>Rooms with <c>join: ticket</c> that the user may join; null where the ticket has no such list, which is like an empty one.</summary>
    public TicketRooms? Rooms { get; init; }

    /// <summary>What a session may have at most, where the ticket asks for less than the tenant allows.</summary>
    public SessionLimits? Limits { get; init; }
}
