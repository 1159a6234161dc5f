using System.Text;

namespace WsPrism.Core.Sessions;

/// <summary>Who a valid ticket speaks for. Immutable.</summary>
internal sealed class Identity
{
    /// <summary>The longest name of a user, in bytes of UTF-8; as long as a room's.</summary>
    public const int MaxUserBytes = 128;

    public Identity(string user)
    {
        User = user;
        UserUtf8 = Encoding.UTF8.GetBytes(user);
    }

    /// <summary>The user, unique within the tenant.</summary>
    public string User { get; }

    /// <summary><see cref="User"/> as UTF-8.</summary>
    public byte[] UserUtf8 { get; }
}
