using System.Runtime.InteropServices;
using WsPrism.Core.Configuration;

namespace WsPrism.Plugins.Scripts;

/// <summary>
/// A script and its limits, of which several Lua states run. Immutable but for the count of their memory, which is theirs together. Disposed when the last state is.
/// </summary>
internal sealed unsafe class ScriptProgram : IDisposable
{
    private long* _memoryUsed = (long*)NativeMemory.AllocZeroed(sizeof(long));

    public ScriptProgram(string name, ReadOnlyMemory<byte> source, int instructions, long memoryBytes, TimeSpan time)
    {
        Name = name;
        Source = source.ToArray();
        Instructions = instructions;
        MemoryBytes = memoryBytes;
        Time = time;
    }

    public ScriptProgram(ExtServiceConfig config)
        : this(config.File!.Name, config.File.Content, config.Instructions, config.MemoryBytes, TimeSpan.FromMilliseconds(config.TimeoutMs))
    {
    }

    /// <summary>The file's name, as errors show it.</summary>
    public string Name { get; }

    public byte[] Source { get; }

    /// <summary>Instructions of one call; as many steps may its patterns take.</summary>
    public int Instructions { get; }

    /// <summary>What all states may hold together.</summary>
    public long MemoryBytes { get; }

    /// <summary>How long one call may run.</summary>
    public TimeSpan Time { get; }

    /// <summary>What all states hold together.</summary>
    public long* MemoryUsed => _memoryUsed;

    public void Dispose()
    {
        NativeMemory.Free(_memoryUsed);
        _memoryUsed = null;
    }
}
