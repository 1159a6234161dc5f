using System.Text;

namespace WsPrism.Configuration.Yaml;

/// <summary>What is asked of the text before a YAML parser sees it: size, encoding, and nothing that cannot be seen.</summary>
internal static class YamlText
{
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw TooLarge();
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new YamlTextException(FirstInvalid(bytes), "the file must be UTF-8, this byte is not");
        }
    }

    public static void Check(string text)
    {
        if (text.Length > MaxBytes || Encoding.UTF8.GetByteCount(text) > MaxBytes)
            throw TooLarge();

        var (line, column, indenting) = (1, 1, true);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\t' && indenting)
                indenting = LineIsBlank(text, i) ? false : throw new YamlTextException(new(line, column), "a tab cannot indent YAML: use spaces");
            if (c == '%' && column == 1)
                throw new YamlTextException(new(line, column), "YAML directives (%YAML, %TAG) are not allowed in this file");
            if (IsForbidden(text, i))
                throw new YamlTextException(new(line, column), $"the character U+{(int)c:X4} is not allowed in this file");
            var breaks = c == '\n' || (c == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'));
            (line, column) = breaks ? (line + 1, 1) : (line, column + 1);
            indenting = breaks || (indenting && c == ' ');
        }
    }

    // NUL ends the input of some parsers; NEL, U+2028 and U+2029 are line breaks in YAML 1.1 and text in 1.2. Nobody means to write them.
    private static bool IsForbidden(string text, int i)
    {
        var c = text[i];
        if (char.IsSurrogate(c))
            return char.IsHighSurrogate(c)
                ? i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])
                : i == 0 || !char.IsHighSurrogate(text[i - 1]);
        return c is '\u2028' or '\u2029' or '\uFEFF' || (char.IsControl(c) && c is not ('\t' or '\n' or '\r'));
    }

    private static bool LineIsBlank(string text, int start)
    {
        var rest = text.AsSpan(start).TrimStart(" \t");
        return rest.IsEmpty || rest[0] is '\r' or '\n' or '#';
    }

    private static YamlPosition FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var (line, column) = (1, 1);
        while (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
        {
            bytes = bytes[length..];
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + rune.Utf16SequenceLength);
        }

        return new(line, column);
    }

    private static YamlTextException TooLarge() => new(new(1, 1), $"the file is too large: at most {MaxBytes} bytes");
}
