using System.Text.Json.Nodes;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Tests.Hot;

/// <summary>The payloads of <c>clients/vectors/layouts.json</c>, which all clients have in common, by reader and writer.</summary>
public sealed class LayoutVectorTests
{
    public static TheoryData<string> Names => [.. Vectors.Select(vector => (string)vector!["name"]!)];

    private static JsonArray Vectors { get; } = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors/layouts.json")))!.AsArray();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_becomes_its_bytes_and_the_bytes_the_value(string name)
    {
        var vector = Vectors.Single(vector => (string)vector!["name"]! == name)!;
        var (fields, bytes) = (vector["fields"]!.AsArray(), Convert.FromHexString((string)vector["hex"]!));
        var written = new byte[bytes.Length];
        var writer = new PayloadWriter(written);
        Write(ref writer, fields, vector["value"]!);
        Assert.Equal((false, bytes.Length), (writer.Failed, writer.Length));
        Assert.Equal(bytes, written);

        var reader = new PayloadReader(bytes);
        Check(vector["value"]!, Read(ref reader, fields));
        Assert.True(reader.IsComplete);

        var shorter = new PayloadReader(bytes.AsSpan(..^1));
        Read(ref shorter, fields);
        Assert.True(shorter.Failed);
    }

    private static void Write(ref PayloadWriter writer, JsonArray fields, JsonNode value)
    {
        foreach (var field in fields)
        {
            var item = value[(string)field![0]!];
            if (field[1] is JsonArray inner)
                Write(ref writer, inner, item!);
            else
                WriteOne(ref writer, (string)field[1]!, item!);
        }
    }

    private static void WriteOne(ref PayloadWriter writer, string type, JsonNode item)
    {
        switch (type)
        {
            case "u8": writer.WriteUInt8((byte)(int)item); break;
            case "u16": writer.WriteUInt16((ushort)(int)item); break;
            case "u32" or "seq": writer.WriteUInt32((uint)(long)item); break;
            case "i8": writer.WriteInt8((sbyte)(int)item); break;
            case "i16": writer.WriteInt16((short)(int)item); break;
            case "i32": writer.WriteInt32((int)item); break;
            case "f32": writer.WriteSingle((float)(double)item); break;
            case "f64": writer.WriteDouble((double)item); break;
            default:
                var (bits, names) = Bits(type);
                var mask = 0UL;
                for (var i = 0; i < names.Length; i++)
                    mask = BitMask.With(mask, i, (bool?)item[names[i]] == true);
                writer.WriteBits(mask, bits);
                break;
        }
    }

    private static JsonObject Read(ref PayloadReader reader, JsonArray fields)
    {
        var value = new JsonObject();
        foreach (var field in fields)
            value[(string)field![0]!] = field[1] is JsonArray inner ? Read(ref reader, inner) : ReadOne(ref reader, (string)field[1]!);
        return value;
    }

    private static JsonNode ReadOne(ref PayloadReader reader, string type)
    {
        switch (type)
        {
            case "u8": return reader.ReadUInt8();
            case "u16": return reader.ReadUInt16();
            case "u32" or "seq": return reader.ReadUInt32();
            case "i8": return reader.ReadInt8();
            case "i16": return reader.ReadInt16();
            case "i32": return reader.ReadInt32();
            case "f32": return (double)reader.ReadSingle();
            case "f64": return reader.ReadDouble();
            default:
                var (bits, names) = Bits(type);
                var mask = reader.ReadBits(bits);
                return new JsonObject(names.Select((name, i) => KeyValuePair.Create(name, (JsonNode?)BitMask.IsSet(mask, i))));
        }
    }

    private static (int Bits, string[] Names) Bits(string type) => type.Split(':') switch
    {
        ["bits", "u8", var names] => (8, names.Split(',')),
        ["bits", "u16", var names] => (16, names.Split(',')),
        ["bits", "u32", var names] => (32, names.Split(',')),
        _ => throw new InvalidDataException($"no such type: {type}"),
    };

    private static void Check(JsonNode expected, JsonNode actual) =>
        Assert.Null(Scenarios.JsonMatch.Mismatch(expected, JsonNode.Parse(actual.ToJsonString()), []));
}
