using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>
/// Replaces <c>${NAME}</c> and <c>${file:PATH}</c> in a value; <c>$${</c> writes <c>${</c>. It works on values that YAML has been
/// parsed out of already, so what comes from outside can be nothing but text.
/// </summary>
internal static partial class Substitution
{
    public const string SchemaPattern = @"\$\{";

    private const int MaxFileBytes = 64 * 1024;

    // A line that names one large file many times must not fill the memory.
    private const int MaxLength = 128 * 1024;

    public static bool TryExpand(
        string text,
        ConfigReading reading,
        out string value,
        out bool substituted,
        [NotNullWhen(false)] out string? problem)
    {
        (value, substituted, problem) = (text, false, null);
        if (!text.Contains("${", StringComparison.Ordinal))
            return true;

        var result = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var rest = text.AsSpan(i);
            if (rest.StartsWith("$${"))
            {
                result.Append("${");
                i += 3;
            }
            else if (rest.StartsWith("${"))
            {
                var end = text.IndexOf('}', i);
                if (end < 0 || !TryResolve(text[(i + 2)..end], reading, result, out problem))
                {
                    problem ??= "\"${\" is never closed: write ${NAME} or ${file:PATH}, or $${ for the text itself";
                    return false;
                }

                (i, substituted) = (end + 1, true);
                if (result.Length > MaxLength)
                {
                    problem = $"too long once replaced: at most {MaxLength} characters";
                    return false;
                }
            }
            else
            {
                result.Append(text[i++]);
            }
        }

        value = result.ToString();
        return true;
    }

    private static bool TryResolve(string reference, ConfigReading reading, StringBuilder result, out string? problem)
    {
        if (reference.StartsWith("file:", StringComparison.Ordinal))
            return TryReadFile(reference[5..], reading, result, out problem);
        if (!VariableName().IsMatch(reference))
        {
            problem = $"{Shown.Quote("${" + reference + "}")} names no variable: write ${{NAME}} or ${{file:PATH}}, or $${{ for the text itself";
            return false;
        }

        var value = reading.Environment.GetVariable(reference);
        problem = value is null ? $"the environment variable {reference} is not set" : null;
        result.Append(value);
        return value is not null;
    }

    private static bool TryReadFile(string path, ConfigReading reading, StringBuilder result, out string? problem)
    {
        problem = null;
        try
        {
            if (path.Trim().Length == 0 || path.Contains('\0', StringComparison.Ordinal))
                throw new FileNotFoundException();
            var bytes = reading.Environment.ReadFile(Path.Combine(reading.Folder, path), MaxFileBytes);
            if (bytes.Length > MaxFileBytes)
                problem = $"the file {Shown.Quote(path)} is too large for a value: at most {MaxFileBytes} bytes";
            else
                result.Append(YamlText.Decode(bytes).TrimEnd('\r', '\n'));
        }
        catch (YamlTextException)
        {
            problem = $"the file {Shown.Quote(path)} is not UTF-8";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = $"the file {Shown.Quote(path)} does not exist";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"the file {Shown.Quote(path)} cannot be read";
        }

        return problem is null;
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
