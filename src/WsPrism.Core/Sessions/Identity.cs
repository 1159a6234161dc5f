using System.Text;

namespace WsPrism.Core.Sessions;

/// <summary>Who a valid ticket speaks for. Immutable.</summary>
internal sealed class Identity
{
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
