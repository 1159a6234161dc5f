using System.Collections.Concurrent;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>What a client sees of the Hot lane. Its client's loop writes it; <see cref="this"/> may be read from others.</summary>
internal sealed class HotView
{
    private readonly ConcurrentDictionary<uint, uint> _states = new();
    private readonly Dictionary<uint, uint> _calls = [];

    /// <summary>States that came behind a newer one of their key, and reliable frames that came twice or out of their order.</summary>
    public List<string> Disorder { get; } = [];

    /// <summary>The latest value of a key; 0 where there is none.</summary>
    public uint this[uint key] => _states.GetValueOrDefault(key);

    public void Take(byte[] frame)
    {
        foreach (var (isState, key, value) in HotFrames.Read(frame))
        {
            if (isState)
            {
                // After a resume the latest comes again, whether it had come or not.
                Note(value >= this[key], $"state {value} of key {key} behind {this[key]}");
                _states[key] = value;
            }
            else
            {
                Note(value > _calls.GetValueOrDefault(key), $"call {value} of client {key} behind {_calls.GetValueOrDefault(key)}");
                _calls[key] = value;
            }
        }
    }

    private void Note(bool isInOrder, string disorder)
    {
        if (!isInOrder)
        {
            Disorder.Add(disorder);
        }
    }
}
