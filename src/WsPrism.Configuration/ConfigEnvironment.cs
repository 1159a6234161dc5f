namespace WsPrism.Configuration;

/// <summary>What a configuration may take from outside: environment variables and files. Tests bring their own.</summary>
public abstract class ConfigEnvironment
{
    /// <summary>This process's variables and the machine's files.</summary>
    public static ConfigEnvironment Process { get; } = new ProcessEnvironment();

    /// <summary>Value of an environment variable, or null where it is not set.</summary>
    public abstract string? GetVariable(string name);

    /// <summary>True where <paramref name="path"/> is a file.</summary>
    public abstract bool FileExists(string path);

    /// <summary>The file's bytes, at most <paramref name="maxBytes"/> and one more, which tells the caller that it is longer.</summary>
    /// <exception cref="IOException">It cannot be read; so does <see cref="UnauthorizedAccessException"/>.</exception>
    public abstract byte[] ReadFile(string path, int maxBytes);

    private sealed class ProcessEnvironment : ConfigEnvironment
    {
        public override string? GetVariable(string name) => Environment.GetEnvironmentVariable(name);

        public override bool FileExists(string path) => File.Exists(path);

        public override byte[] ReadFile(string path, int maxBytes)
        {
            // Its length is a hint: a pipe has none, and a file may grow while it is read.
            using var file = File.OpenRead(path);
            var hint = file.CanSeek ? file.Length + 1 : maxBytes + 1L;
            var buffer = new byte[Math.Min(hint, maxBytes + 1L)];
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            while (length == buffer.Length && length <= maxBytes)
            {
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, maxBytes + 1L));
                length += file.ReadAtLeast(buffer.AsSpan(length), buffer.Length - length, throwOnEndOfStream: false);
            }

            return buffer[..length];
        }
    }
}
