using System.Buffers.Binary;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>The Hot frames of these tests, written from PROTOCOL §4 alone.</summary>
internal static class HotFrames
{
    private const byte StateOpcode = 1;
    private const byte CallOpcode = 2;

    /// <summary>A state of a key: its value is also its sequence number, so that one that is sent again is not taken twice.</summary>
    public static ClientFrame State(uint key, uint value) => Write([1, StateOpcode, 0x05], value, key, value);

    /// <summary>A reliable frame of a client.</summary>
    public static ClientFrame Call(uint key, uint value) => Write([1, CallOpcode, 0x24], key, value);

    /// <summary>Reads frames, of a batch or alone: opcode, key and value.</summary>
    public static IEnumerable<(bool IsState, uint Key, uint Value)> Read(byte[] frame)
    {
        var at = 3;
        var flags = frame[2];
        at += (flags & 0x01) != 0 ? 4 : 0;
        var key = (flags & 0x04) != 0 ? BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(at)) : 0;
        at += (flags & 0x04) != 0 ? 4 : 0;
        at += (flags & 0x08) != 0 ? 4 : 0;
        at += (flags & 0x10) != 0 ? 4 : 0;
        if ((flags & 0x40) == 0)
        {
            yield return (frame[1] == StateOpcode, key, BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(at)));
            yield break;
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(at));
        for (at += 2; count > 0; count--)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(at));
            foreach (var part in Read(frame[(at + 2)..(at + 2 + length)]))
            {
                yield return part;
            }

            at += 2 + length;
        }
    }

    private static ClientFrame Write(ReadOnlySpan<byte> header, params ReadOnlySpan<uint> words)
    {
        var bytes = new byte[header.Length + (4 * words.Length)];
        header.CopyTo(bytes);
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(header.Length + (4 * i)), words[i]);
        }

        return new ClientFrame(ClientFrame.Binary, bytes);
    }
}
