namespace WsPrism.Core.Metrics;

/// <summary>
/// Gives each service name a small number, the same for all tenants, for arrays of figures by service. Names come from the configuration, never from
/// clients, so the list stays short. Safe for all threads.
/// </summary>
internal static class ServiceNames
{
    private static readonly Lock Gate = new();
    private static string[] _names = [];

    /// <summary>The names by number.</summary>
    public static IReadOnlyList<string> All => Volatile.Read(ref _names);

    /// <summary>The number of a lane's service, for example <c>ext:chat</c>.</summary>
    public static int IndexOf(string name)
    {
        lock (Gate)
        {
            var index = Array.IndexOf(_names, name);
            if (index < 0)
            {
                index = _names.Length;
                Volatile.Write(ref _names, [.. _names, name]);
            }

            return index;
        }
    }
}
