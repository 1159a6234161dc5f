using System.Runtime.InteropServices;
using WsPrism.Core.Configuration;

namespace WsPrism.Plugins.Scripts;

/// <summary>
/// A script and its limits, of which several Lua states run. Immutable but for the count of their memory, which is theirs together. Who makes it and each state that runs it use it, and release it.
/// </summary>
internal sealed unsafe class ScriptProgram
{
    private long* _memoryUsed = (long*)NativeMemory.AllocZeroed(sizeof(long));
    private int _uses = 1;

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

    /// <summary>Somebody more uses it; throws where nobody does any more.</summary>
    public void Retain()
    {
        for (var uses = Volatile.Read(ref _uses); uses > 0; uses = Volatile.Read(ref _uses))
        {
            if (Interlocked.CompareExchange(ref _uses, uses + 1, uses) == uses)
            {
                return;
            }
        }

        throw new ScriptException($"{Name}: another version has taken its place");
    }

    /// <summary>Somebody uses it no more; with the last one its memory goes.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
        {
            NativeMemory.Free(_memoryUsed);
            _memoryUsed = null;
        }
    }
}
