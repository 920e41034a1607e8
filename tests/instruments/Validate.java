import java.io.FileInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Validates each file against each flavour in one JVM. Arguments: PASSWORD (may be empty) FLAVOUR[,FLAVOUR...] FILE...
 * Standard output, one line each, fields parted by tabs: "VERDICT flavour number-of-file checks failed-checks", and
 * "FAILURE flavour number-of-file how-often rule message". Ends with "DONE", so that a crash half-way is seen.
 */
public class Validate {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        String password = arguments[0];
        List<String> files = Arrays.asList(arguments).subList(2, arguments.length);
        for (String id : arguments[1].split(",")) {
            PDFAFlavour flavour = flavour(id);
            for (int number = 0; number < files.size(); number++) {
                validate(flavour, id + "\t" + number, files.get(number), password);
            }
        }
        System.out.println("DONE");
    }

    /** veraPDF's own fromString answers PDF/A-1a to an id that it does not know. */
    private static PDFAFlavour flavour(String id) {
        for (PDFAFlavour flavour : PDFAFlavour.values()) {
            if (flavour.getId().equals(id)) {
                return flavour;
            }
        }
        throw new IllegalArgumentException("veraPDF knows no flavour " + id);
    }

    private static void validate(PDFAFlavour flavour, String key, String file, String password) {
        try (FileInputStream stream = new FileInputStream(file);
                PDFAParser parser = password.isEmpty()
                        ? Foundries.defaultInstance().createParser(stream, flavour, flavour)
                        : Foundries.defaultInstance().createParser(stream, flavour, flavour, password)) {
            ValidationResult result =
                    Foundries.defaultInstance().createValidator(flavour, 100000, false, false, false).validate(parser);
            Map<String, Integer> failures = new TreeMap<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                    failures.merge(rule + "\t" + oneLine(assertion.getMessage()), 1, Integer::sum);
                }
            }
            if (!result.isCompliant() && failures.isEmpty()) {
                failures.put("none\tnot compliant, but no failed check was named", 1);
            }
            int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
            System.out.println("VERDICT\t" + key + "\t" + result.getTotalAssertions() + "\t" + failed);
            failures.forEach((what, count) -> System.out.println("FAILURE\t" + key + "\t" + count + "\t" + what));
        } catch (Exception exception) {
            System.out.println("VERDICT\t" + key + "\t0\t1");
            System.out.println("FAILURE\t" + key + "\t1\tunreadable\t" + oneLine(String.valueOf(exception)));
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
