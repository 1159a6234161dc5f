using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Description;

/// <summary>What the reference page asks of a section, whatever its record.</summary>
internal interface ISectionSpec
{
    IReadOnlyList<KeySpec> Keys { get; }

    Type RecordType { get; }

    /// <summary>
    /// Takes the keys that need a restart from the section that runs into the one that was loaded, and appends the paths of those that differ.
    /// </summary>
    void Hold(object running, object loaded, string path, List<string> held)
    {
        foreach (var key in Keys)
        {
            var (before, now) = (key.Property.GetValue(running), key.Property.GetValue(loaded));
            var keyPath = ConfigPath.Key(path, key.Name);
            if (key.Taking == Taking.ByRestart)
            {
                if (!ConfigDiff.AreEqual(before, now))
                    held.Add(keyPath);
                key.Property.SetValue(loaded, before);
            }
            else if (key.Value is ISectionSpec section && before is not null && now is not null)
            {
                section.Hold(before, now, keyPath, held);
            }
        }
    }
}
