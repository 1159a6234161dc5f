using System.Security.Cryptography;

namespace WsPrism.Core.Configuration;

/// <summary>
/// A plugin's file: where it is, and what was in it when the configuration was read, so that another content is another configuration. Immutable.
/// </summary>
public sealed class PluginFile : IEquatable<PluginFile>
{
    private readonly byte[] _content;

    /// <summary>A file with its content, which is not copied.</summary>
    public PluginFile(string path, byte[] content)
    {
        Path = path;
        _content = content;
        Hash = Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; init; }

    /// <summary>SHA-256 of the content, in hexadecimal.</summary>
    public string Hash { get; init; }

    /// <summary>The file's name without its folder, as messages show it.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The content.</summary>
    public ReadOnlyMemory<byte> Content => _content;

    /// <summary>True where path and content are the same.</summary>
    public bool Equals(PluginFile? other) => other is not null && Path == other.Path && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PluginFile);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, Hash);

    /// <summary>Names the file.</summary>
    public override string ToString() => Name;
}
