using System.Text.Json;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Rooms.Presence;

/// <summary>A member as it was at one moment; to be written after the lock is given back. Immutable.</summary>
internal readonly record struct MemberView(UserEntry User, uint[] Handles, byte[]? State)
{
    // {"user":"…","handles":[…],"state":…}, with the comma before the next one.
    private const int FixedBytes = 37;
    private const int MaxHandleBytes = 11;

    /// <summary>About how long its JSON is at most; names with much to escape may be longer.</summary>
    public int MaxJsonBytes => FixedBytes + User.Identity.UserUtf8.Length + (Handles.Length * MaxHandleBytes) + (State?.Length ?? 0);

    public static MemberView Of(RoomMember member) => new(member.User, member.Handles, member.State);

    /// <summary>One that is gone: it has a name and nothing else.</summary>
    public static MemberView Gone(UserEntry user) => new(user, [], null);

    /// <summary>Writes <c>"user","handles"?,"state"?</c> into the open object.</summary>
    public void Write(Utf8JsonWriter json, bool hasState)
    {
        json.WriteString("user"u8, User.Identity.UserUtf8);
        if (Handles.Length > 0)
        {
            json.WriteStartArray("handles"u8);
            foreach (var handle in Handles)
            {
                json.WriteNumberValue(handle);
            }

            json.WriteEndArray();
        }

        if (hasState && State is not null)
        {
            json.WritePropertyName("state"u8);
            json.WriteRawValue(State, skipInputValidation: true);
        }
    }
}
