using System.Runtime.InteropServices;

namespace WsPrism.Fuzz;

/// <summary>
/// Makes new inputs out of known ones. Everything it does follows from the seed: the same seed, seeds and dictionary give the same
/// sequence of inputs.
/// </summary>
internal sealed class Mutator
{
    private const int MaxLength = 4_096;

    private static readonly byte[] Boundaries = [0x00, 0x01, 0x1F, 0x20, 0x22, 0x5C, 0x7F, 0x80, 0xBF, 0xC2, 0xE0, 0xED, 0xF4, 0xFE, 0xFF];

    private readonly Random _random;
    private readonly byte[][] _corpus;
    private readonly byte[][] _dictionary;

    public Mutator(int seed, IEnumerable<byte[]> corpus, IEnumerable<byte[]> dictionary)
    {
        _random = new Random(seed);
        _corpus = [.. corpus];
        _dictionary = [.. dictionary];
    }

    /// <summary>The next input. The list is the caller's to keep until it asks again.</summary>
    public void Next(List<byte> input)
    {
        input.Clear();

        // Now and then nothing but noise.
        if (_corpus.Length == 0 || _random.Next(50) == 0)
        {
            Append(input, _random.Next(64));
            return;
        }

        input.AddRange(Pick(_corpus));
        for (var count = 1 + _random.Next(6); count > 0; count--)
            Mutate(input);

        if (input.Count > MaxLength)
            CollectionsMarshal.SetCount(input, MaxLength);
    }

    private void Mutate(List<byte> input)
    {
        var at = _random.Next(input.Count + 1);
        switch (_random.Next(8))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = Boundaries[_random.Next(Boundaries.Length)];
                break;
            case 2 when at < input.Count:
                input[at] = (byte)_random.Next(256);
                break;
            case 3:
                input.RemoveRange(at, _random.Next(Math.Min(16, input.Count - at) + 1));
                break;
            case 4 when _random.Next(4) == 0:
                CollectionsMarshal.SetCount(input, at);
                break;
            case 5 when _dictionary.Length > 0:
                input.InsertRange(at, Pick(_dictionary));
                break;
            case 6:
                Splice(input, at);
                break;
            default:
                Repeat(input, at);
                break;
        }
    }

    // The head of this input and the tail of another one.
    private void Splice(List<byte> input, int at)
    {
        var other = Pick(_corpus);
        CollectionsMarshal.SetCount(input, at);
        input.AddRange(other.AsSpan(_random.Next(other.Length + 1)));
    }

    // A piece of the input once more, or many times: nesting, repeated fields, limits.
    private void Repeat(List<byte> input, int at)
    {
        var length = _random.Next(Math.Min(24, input.Count - at) + 1);
        var piece = CollectionsMarshal.AsSpan(input).Slice(at, length).ToArray();
        for (var times = _random.Next(4) == 0 ? _random.Next(70) : 1; times > 0; times--)
            input.InsertRange(at, piece);
    }

    private void Append(List<byte> input, int count)
    {
        for (; count > 0; count--)
            input.Add((byte)_random.Next(256));
    }

    private byte[] Pick(byte[][] from) => from[_random.Next(from.Length)];
}
