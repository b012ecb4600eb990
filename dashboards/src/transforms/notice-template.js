/** The English texts of a template, for the form. */
export default function transform(data) {
  const texts = data?.content?.locales?.en;
  if (!texts) return {};
  return {
    subject: texts.subject,
    mjml: texts.mjml ?? '',
    text: texts.text,
    mayReset: data.hasDefault && data.publishedVersion !== null,
  };
}
